"""A summary without a model: the sentences of a text that say most of it, as they stand, and where they stand.

It knows no language. What a text repeats, what its title and its keywords name, and what it says first is taken for
what it is about; scripts without spaces are compared by pairs of characters.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import NamedTuple

# What comes later in a text is not looked at; this bounds the time.
TEXT_COUNT_MAX = 20_000
SENTENCES_MAX = 3
CHARACTERS_MAX = 600
# What goes on for longer is taken for several sentences.
_SENTENCE_COUNT_MAX = 300
_SENTENCE_COUNT_MIN = 25
_TERMS_MAX = 400
_COMMON_SHARE_MAX = 0.5

_TITLE_WEIGHT = 3.0
_KEYWORD_WEIGHT = 3.0
_SHORT_WEIGHT = 0.4
_LEAD_WEIGHT = 0.6
_REPEATED_SHARE_MAX = 0.6

# Full stops of many scripts: one of the first ends a sentence where a space follows, one of the second anywhere.
_STOPS = ".!?\u0964\u0965\u0589\u06d4\u061f\u1362\u2026"
_WIDE_STOPS = "\u3002\uff01\uff1f\uff61"
_CLOSING = "\"'\u201d\u2019\u00bb)\\]\u300d\u300f\uff09"
# Only at the beginning of a row of stops, or a long row would be looked at from each of them.
_END = re.compile(rf"(?<![{_STOPS}])[{_STOPS}]++[{_CLOSING}]{{0,3}}(?=\s)|[{_WIDE_STOPS}]+[{_CLOSING}]{{0,3}}|\n\s*")
# What stands before the full stop of "e.g. this".
_SHORT = re.compile(r"[\s.(]\w{1,2}$")
_WORD = re.compile(r"[^\W_]+")
# Scripts that put no spaces between words: Thai to Khmer, and from kana to the Chinese characters.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]+")

Span = tuple[int, int]


class _Sentence(NamedTuple):
    place: int
    span: Span
    terms: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Weights:
    """What a term is worth: more, the more often the text has it, and the rarer that is to be expected."""

    by_term: dict[str, float]

    def of(self, sentence: _Sentence) -> float:
        worth = sum(self.by_term.get(term, 0.0) for term in sentence.terms)
        lead = 1.0 + _LEAD_WEIGHT / (1 + sentence.place)
        # Between the sum, which favours what is long, and the average, which favours what is short.
        return lead * worth / sqrt(len(sentence.terms) + 4)


def extract(
    text: str,
    *,
    title: str | None = None,
    keywords: Collection[str] = (),
    sentences_max: int = SENTENCES_MAX,
    characters_max: int = CHARACTERS_MAX,
) -> tuple[Span, ...]:
    """The spans of the sentences to show, in the order of the text; empty only if there is nothing to read."""
    sentences = [sentence for sentence in _sentences_of(text[:TEXT_COUNT_MAX]) if sentence.terms]
    weights = _weights_of(sentences, title or "", keywords)
    # The worth of what is short is chance.
    long_enough = [each for each in sentences if each.span[1] - each.span[0] >= _SENTENCE_COUNT_MIN] or sentences
    ranked = sorted(long_enough, key=lambda sentence: (-weights.of(sentence), sentence.place))
    return tuple(sorted(each.span for each in _taken(ranked, sentences_max, characters_max)))


def _taken(ranked: Sequence[_Sentence], sentences_max: int, characters_max: int) -> list[_Sentence]:
    """The best that fit and don't say the same again."""
    taken: list[_Sentence] = []
    left = characters_max
    for sentence in ranked:
        if len(taken) >= sentences_max:
            break
        length = sentence.span[1] - sentence.span[0]
        if length <= left and not any(_repeats(sentence, other) for other in taken):
            taken.append(sentence)
            left -= length
    return taken


def _repeats(one: _Sentence, other: _Sentence) -> bool:
    shorter = min(len(one.terms), len(other.terms))
    return len(one.terms & other.terms) > _REPEATED_SHARE_MAX * shorter


def _weights_of(sentences: Sequence[_Sentence], title: str, keywords: Collection[str]) -> _Weights:
    counts = Counter(term for sentence in sentences for term in sentence.terms)
    named = _terms_of(title)
    known = _terms_of(" ".join(keywords))
    by_term: dict[str, float] = {}
    for term, count in counts.items():
        # A term of most sentences binds them together and says nothing; so, as a rule, does one of a letter or two.
        is_common = len(sentences) > 3 and count > _COMMON_SHARE_MAX * len(sentences)
        worth = 0.1 if is_common else 1 + log(count)
        named_worth = (_TITLE_WEIGHT if term in named else 0.0) + (_KEYWORD_WEIGHT if term in known else 0.0)
        # Small words stand in titles, too, and everywhere else.
        by_term[term] = worth * (_SHORT_WEIGHT if len(term) < 4 and term.isascii() else 1.0) + named_worth / sqrt(count)
    return _Weights(by_term)


def _sentences_of(text: str) -> Iterator[_Sentence]:
    start = place = 0
    for end in [*_ends_of(text), len(text)]:
        for span in _pieces(text, start, end):
            yield _Sentence(place, span, frozenset(_terms_of(text[span[0] : span[1]])))
            place += 1
        start = end


def _ends_of(text: str) -> Iterator[int]:
    for found in _END.finditer(text):
        follows = text[found.end() : found.end() + 2].strip()
        is_short_form = (
            found[0] == "." and follows.islower() and _SHORT.search(text, max(0, found.start() - 3), found.start())
        )
        if not is_short_form:
            yield found.end()


def _pieces(text: str, start: int, end: int) -> Iterator[Span]:
    """The stretch without the spaces around it, cut between words where it is too long."""
    while start < end:
        stop = end
        if end - start > _SENTENCE_COUNT_MAX:
            stop = start + _SENTENCE_COUNT_MAX
            space = text.rfind(" ", start + _SENTENCE_COUNT_MAX // 2, stop)
            stop = space if space > start else stop
        piece = text[start:stop]
        if piece.strip():
            first = start + len(piece) - len(piece.lstrip())
            yield first, first + len(piece.strip())
        start = stop


def _terms_of(text: str) -> set[str]:
    terms: set[str] = set()
    for word in _WORD.findall(text.casefold()):
        if len(terms) >= _TERMS_MAX:
            break
        unspaced = _UNSPACED.search(word)
        terms |= {word[at : at + 2] for at in range(max(1, len(word) - 1))} if unspaced else {word}
    return terms
