"""Whether a document is friendly or angry: a label, and a score from -1 to 1.

Each word of praise or blame counts with what it is worth; one that is denied counts for the contrary. Where there is
no list of such words for a language, nothing is said.
"""

import re
from collections.abc import Mapping, Sequence
from math import sqrt

from pydantic import JsonValue

from services.analysis.step import Finding, Step
from services.analysis.words.feelings import Feelings, emoji, emoticons, feelings_in
from services.analysis.words.fields import fields_of
from services.analysis.words.languages import UNDETERMINED, language_of
from services.analysis.words.prose import without_code, without_links
from shared.contracts.documents import Document

# Enough to know the mood of somebody.
_LOOKED_AT_COUNT_MAX = 20_000
_AROUND_WORDS = "\t .,;:!?\"'()[]{}<>*_~-–\u2014\u2026«»\u2018\u201c\u201d\u201e¡¿"
_EMOJI = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]")
_BUT = frozenset(("but", "however", "aber", "jedoch", "mais", "pero", "mas", "maar", "но"))

_NEGATED = -0.74
_BEFORE = (1.0, 0.95, 0.9)
_EXCLAMATION = 0.3
_EXCLAMATIONS_MAX = 4
# The score of a short line saturates at about ten; in a long one it takes more.
_STEEPNESS = 15.0
_STEEPNESS_PER_WORD = 0.25
_LABEL_MIN = 0.15


def _sentiment(document: Document) -> JsonValue | Finding:
    fields = fields_of(document)
    language = language_of(fields).language
    text = "\n".join(without_links(without_code(text[:_LOOKED_AT_COUNT_MAX])) for _, text in fields)
    words = text.lower().replace("\u2019", "'").split()
    known = feelings_in("en" if language == UNDETERMINED else language)
    signs = _of_signs(text, words)
    if known is None and not signs:
        return Finding(status="skipped", reason=f"There is no list of words of praise and blame for {language!r}.")
    worths = signs + (_of_words(words, known) if known else [])
    if language == UNDETERMINED and not worths:
        return Finding(status="skipped", reason="The language can't be told.")
    total = sum(worths)
    if worths and total:
        emphasis = min(text.count("!"), _EXCLAMATIONS_MAX) * _EXCLAMATION
        total += emphasis if total > 0 else -emphasis
    score = total / sqrt(total * total + _STEEPNESS + _STEEPNESS_PER_WORD * len(words))
    return {"label": _label(score), "score": round(score, 4)}


def _label(score: float) -> str:
    if abs(score) < _LABEL_MIN:
        return "neutral"
    return "positive" if score > 0 else "negative"


def _of_signs(text: str, words: Sequence[str]) -> list[float]:
    known = emoticons()
    worths = [known[word] for word in words if word in known]
    if not text.isascii():
        of_emoji = emoji()
        worths += [of_emoji.get(sign, 0.0) for sign in _EMOJI.findall(text)]
    return [worth for worth in worths if worth]


def _of_words(written: Sequence[str], feelings: Feelings) -> list[float]:
    words = [word if word.isalnum() or word in feelings.words else word.strip(_AROUND_WORDS) for word in written]
    turn = max((place for place, word in enumerate(words) if word in _BUT), default=None)
    worths: list[float] = []
    signs = emoticons()
    worth_of = feelings.worth if feelings.beginnings else feelings.words.get
    for place, word in enumerate(words):
        worth = worth_of(word)
        if worth and word not in signs and word not in feelings.boosters:
            worth = _in_context(words[max(0, place - 3) : place], worth, feelings)
            # What comes after the "but" is what was meant.
            worths.append(worth if turn is None else worth * (0.5 if place < turn else 1.5))
    return worths


def _in_context(before: Sequence[str], worth: float, feelings: Feelings) -> float:
    boosters: Mapping[str, float] = feelings.boosters
    sign = 1 if worth > 0 else -1
    for distance, word in zip(_BEFORE, reversed(before), strict=False):
        worth += sign * boosters.get(word, 0.0) * distance
    return worth * _NEGATED if any(word in feelings.negations for word in before) else worth


step = Step(name="sentiment", version=1, annotate=_sentiment)
