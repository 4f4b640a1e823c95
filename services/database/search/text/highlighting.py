"""Where in a document the words of a query stand: spans of the original text, however it was prepared for the index."""

from collections.abc import Iterator, Sequence
from typing import Literal

from services.database.search.index import Json
from services.database.search.language.syntax import Prefix, Spoken, Word
from services.database.search.text import engine
from services.database.search.text.engine import Token
from services.database.search.text.fields import STEMMED
from services.database.search.text.queries import looked_up
from services.database.search.text.words import prepared, stands_alone, traced
from shared.contracts.search import Highlight

# Of one field.
SPANS_MAX = 100
# Of one query: each costs one more look at the text.
WORDS_MAX = 64

Field = Literal["title", "text"]
_FIELDS: tuple[Field, ...] = ("title", "text")
Span = tuple[int, int]


def highlights(document: Json, words: Sequence[Spoken], language: str | None) -> tuple[Highlight, ...]:
    """`language` is the document's, for words in other forms than the one that was asked for."""
    found = []
    for field in _FIELDS:
        original = document.get(field)
        wanted = [word for word in words if word.field in (None, field)][:WORDS_MAX]
        if isinstance(original, str) and wanted:
            spans = _Marker(original, language).spans(wanted)
            if spans:
                found.append(Highlight(field=field, spans=spans))
    return tuple(found)


class _Marker:
    def __init__(self, original: str, language: str | None) -> None:
        self._traced = traced(original)
        self._language = language if language in STEMMED else None
        # By position: None is a word that is too long for the index.
        self._tokens: list[Token | None] = []
        for token in engine.tokens(self._traced.text):
            self._tokens += [None] * (token.position - len(self._tokens))
            self._tokens.append(token)
        self._texts = [token.text if token else None for token in self._tokens]

    def spans(self, words: Sequence[Spoken]) -> tuple[Span, ...]:
        single: set[str] = set()
        stemmed: set[str] = set()
        beginnings: list[str] = []
        found: list[Span] = []
        for word in words:
            parts = [token.text for token in looked_up(word)]
            begins = isinstance(word, Prefix) and not stands_alone(word.text)
            if len(parts) > 1:
                found += self._phrases(parts, begins=begins)
            elif begins:
                beginnings += parts
            else:
                single.update(parts)
                if isinstance(word, Word) and word.field is None and self._language and parts:
                    stemmed.update(engine.stems(prepared(word.text), self._language))
        found += self._singles(single, tuple(beginnings))
        found += self._other_forms(stemmed)
        return _merged(found)[:SPANS_MAX]

    def _singles(self, words: set[str], beginnings: tuple[str, ...]) -> Iterator[Span]:
        if words or beginnings:
            for token in self._tokens:
                if token and (token.text in words or token.text.startswith(beginnings)):
                    yield self._span(token, token)

    def _other_forms(self, stems: set[str]) -> Iterator[Span]:
        if stems and self._language:
            present = (token for token in self._tokens if token)
            for token, stem in zip(present, engine.stems(self._traced.text, self._language), strict=True):
                if stem in stems:
                    yield self._span(token, token)

    def _phrases(self, parts: list[str], *, begins: bool) -> Iterator[Span]:
        whole = parts[:-1] if begins else parts
        for first in _occurrences(self._texts, whole):
            end = first + len(parts) - 1
            opening, last = self._tokens[first], self._tokens[end] if end < len(self._tokens) else None
            if opening and last and last.text.startswith(parts[-1]):
                yield self._span(opening, last)

    def _span(self, first: Token, last: Token) -> Span:
        return self._traced.span(first.begin, last.end)


def _occurrences(texts: Sequence[str | None], wanted: Sequence[str]) -> Iterator[int]:
    """Where the words stand in this order. Knuth, Morris and Pratt: no text makes it slow."""
    fallback = [0] * len(wanted)
    length = 0
    for at in range(1, len(wanted)):
        while length and wanted[at] != wanted[length]:
            length = fallback[length - 1]
        length += wanted[at] == wanted[length]
        fallback[at] = length
    length = 0
    for at, text in enumerate(texts):
        while length and text != wanted[length]:
            length = fallback[length - 1]
        length += text == wanted[length]
        if length == len(wanted):
            yield at + 1 - length
            length = fallback[length - 1]


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    """In order, and none within another."""
    merged: list[Span] = []
    for begin, end in sorted(spans):
        if merged and begin < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return tuple(merged)
