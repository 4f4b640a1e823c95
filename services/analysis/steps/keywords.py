"""The words and phrases that a document is about, by what can be told from the document alone.

A word counts the more, the more often it comes (but twice as often is not twice as much), the earlier, and the longer
it is; one from the title counts for more. A phrase is only one when it comes again.
"""

import re
from collections.abc import Mapping
from math import log, log2

from pydantic import JsonValue

from services.analysis.step import Step
from services.analysis.words.candidates import candidates, small_words
from services.analysis.words.fields import fields_of
from services.analysis.words.languages import language_of
from services.analysis.words.prose import without_links
from services.analysis.words.tokens import is_unspaced, tokens_of
from shared.contracts.documents import Document

_COUNT_MAX = 10
# What comes later adds hardly anything.
_LOOKED_AT_COUNT_MAX = 50_000
_ACRONYM = re.compile(r"[A-Z](?<![A-Za-z0-9_][A-Z])[A-Z0-9]{1,7}(?![A-Za-z0-9_])")

_TITLE_FACTOR = 1.6
_NAME_FACTOR = 1.25
_PHRASE_FACTOR = 1.3
# By number of characters: from sixteen on a word is just long.
_LENGTH_FACTORS = [log(1 + count) for count in range(17)]


def _keywords(document: Document) -> JsonValue:
    fields = fields_of(document)
    small = small_words(language_of(fields).language)
    text = "\n".join(without_links(text[:_LOOKED_AT_COUNT_MAX]) for _, text in fields)
    tokens = tokens_of(text.lower())
    acronyms = frozenset(map(str.lower, _ACRONYM.findall(text)))
    counts = candidates(tokens, small, acronyms)
    title = f" {' '.join(tokens_of((document.title or '').lower()))} "
    scores = _scores(counts, tokens, title, acronyms)
    best = sorted(scores, key=lambda word: (-scores[word], word))[: 3 * _COUNT_MAX]
    chosen = _without_parts(best, counts)[:_COUNT_MAX]
    return {"keywords": [{"word": word, "score": round(scores[word], 4), "count": counts[word]} for word in chosen]}


def _scores(counts: Mapping[str, int], tokens: list[str], title: str, acronyms: frozenset[str]) -> dict[str, float]:
    length = len(tokens)
    first = dict(zip(reversed(tokens), range(length - 1, -1, -1), strict=True))
    by_length = 1 / log2(8 + length)
    scores: dict[str, float] = {}
    for word, count in counts.items():
        place = first.get(word)
        score = _LENGTH_FACTORS[min(len(word), 16)] * by_length
        if count > 1:
            score *= 1 + log(count)
        if place is not None:
            score *= 1.2 - 0.4 * place / length
        elif " " in word:
            score *= _PHRASE_FACTOR
        if word in acronyms or "_" in word:
            score *= _NAME_FACTOR
        scores[word] = score * _TITLE_FACTOR if word in title and f" {word} " in title else score
    return scores


def _without_parts(best: list[str], counts: Mapping[str, int]) -> list[str]:
    """What comes only inside of a phrase, or of a longer piece, is said with it."""
    wholes = [f" {word} " for word in best if " " in word]
    pieces = [word for word in best if not word.isascii() and is_unspaced(word)]
    if not wholes and not pieces:
        return best
    return [
        word
        for word in best
        if not any(
            f" {word} " in whole and word != whole[1:-1] and counts[word] <= counts[whole[1:-1]] for whole in wholes
        )
        and not any(word in piece and word != piece and counts[word] <= counts[piece] for piece in pieces)
    ]


step = Step(name="keywords", version=1, annotate=_keywords)
