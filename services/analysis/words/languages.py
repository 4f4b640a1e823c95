"""Which language a text is written in.

Script first, because many a script has one language only; then what a model makes of the letter sequences, and, since
that is guesswork for a chat line, the small words and the letters that only some languages have.
"""

# ruff: noqa: RUF001  letters of other scripts are meant

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

from services.analysis.words.function_words import FUNCTION_WORDS
from services.analysis.words.langid import LANGUAGES, probabilities
from services.analysis.words.prose import without_code, without_links, without_names_of_things
from services.analysis.words.scripts import UNKNOWN, dominant_script

UNDETERMINED = "und"

# More of a text says no more about its language.
_LOOKED_AT_COUNT_MAX = 2_000
_SAMPLE_COUNT_MAX = 256

_ONE_LANGUAGE = {
    "Jpan": "ja", "Kore": "ko", "Hani": "zh", "Thai": "th", "Laoo": "lo", "Khmr": "km", "Mymr": "my", "Geor": "ka",
    "Armn": "hy", "Guru": "pa", "Gujr": "gu", "Orya": "or", "Taml": "ta", "Telu": "te", "Knda": "kn", "Mlym": "ml",
    "Sinh": "si", "Tibt": "bo", "Ethi": "am", "Grek": "el", "Hebr": "he", "Thaa": "dv", "Bopo": "zh",
}  # fmt: skip
_SEVERAL: Mapping[str, tuple[str, ...]] = {
    "Cyrl": ("ru", "uk", "bg", "sr", "mk", "be", "kk", "mn"),
    "Arab": ("ar", "fa", "ur"),
    "Deva": ("hi", "mr", "ne"),
    "Beng": ("bn", "as"),
}
_LATIN = frozenset(LANGUAGES) - {"zxx", "el", "he"} - {each for several in _SEVERAL.values() for each in several}

_LETTERS = {
    "ß": "de", "ä": "de sv fi et sk", "ö": "de sv fi et tr hu is", "ü": "de et tr hu", "ñ": "es tl", "¿": "es",
    "¡": "es", "ã": "pt vi", "õ": "pt et vi", "ç": "fr pt tr ca sq", "œ": "fr", "ê": "fr pt vi", "è": "fr it ca",
    "ì": "it vi", "ò": "it ca vi", "å": "sv da no", "ø": "da no", "æ": "da no is", "ł": "pl", "ą": "pl lt",
    "ę": "pl lt", "ś": "pl", "ż": "pl", "ź": "pl", "ć": "pl hr", "ř": "cs", "ě": "cs", "ů": "cs", "ľ": "sk",
    "ĺ": "sk", "ŕ": "sk", "ô": "sk fr vi", "ť": "cs sk", "č": "cs sk hr sl lv lt", "š": "cs sk hr sl lv lt et",
    "ž": "cs sk hr sl lv lt et", "ő": "hu", "ű": "hu", "ț": "ro", "ș": "ro", "ţ": "ro", "ă": "ro vi", "î": "ro fr",
    "ğ": "tr", "ı": "tr", "ş": "tr ro", "đ": "hr vi", "ơ": "vi", "ư": "vi", "ạ": "vi", "ế": "vi", "ộ": "vi",
    "ệ": "vi", "ả": "vi", "ģ": "lv", "ķ": "lv", "ļ": "lv", "ņ": "lv", "ā": "lv", "ē": "lv", "ī": "lv", "ū": "lv lt",
    "ė": "lt", "į": "lt", "ų": "lt", "ë": "sq nl fr", "ð": "is", "þ": "is", "ý": "cs sk is vi", "ї": "uk", "є": "uk",
    "ґ": "uk", "і": "uk be kk", "ў": "be", "ы": "ru be kk", "э": "ru be", "ё": "ru be", "ъ": "bg ru", "щ": "bg ru uk",
    "ђ": "sr", "ћ": "sr", "ј": "sr mk", "љ": "sr mk", "њ": "sr mk", "џ": "sr mk", "ѓ": "mk", "ќ": "mk", "ѕ": "mk",
    "ә": "kk", "ғ": "kk", "қ": "kk", "ң": "kk", "ұ": "kk", "һ": "kk", "ө": "kk mn", "ү": "kk mn", "پ": "fa ur",
    "چ": "fa ur", "ژ": "fa", "گ": "fa ur", "ی": "fa ur", "ک": "fa ur", "ة": "ar", "ى": "ar", "ي": "ar", "ك": "ar",
    "ٹ": "ur", "ڈ": "ur", "ڑ": "ur", "ے": "ur", "ں": "ur", "ہ": "ur", "ळ": "mr",
}  # fmt: skip


def _evidence() -> dict[str, tuple[tuple[str, float], ...]]:
    """For a word, or a letter, the languages that it speaks for, and how much: the less, the more there are."""
    languages: dict[str, list[str]] = {letter: named.split() for letter, named in _LETTERS.items()}
    for language, words in FUNCTION_WORDS.items():
        for word in words:
            languages.setdefault(word, []).append(language)
    return {thing: tuple((each, 1 / len(named)) for each in named) for thing, named in languages.items()}


_EVIDENCE = _evidence()
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_WORDS_WITH_MARKS = re.compile(r"[^\s!-/:-@\[-`{-~।؟،?]+")
# Of neighbours that share most of their words the one that more people write.
_COMMON = frozenset({"en", "de", "fr", "es", "it", "pt", "ru", "hi", "ar", "no", "cs", "fi"})
_COMMON_FACTOR = 1.15
# Below this there is only noise to choose from.
_SCORE_MIN = 0.42
_DECIDED_MIN = 8.0
_DECIDED_RATIO = 3
_WORD_WEIGHT = 1.5
_LETTER_WEIGHT = 0.7


@dataclass(frozen=True, slots=True)
class Identified:
    """An ISO 639-1 code, or `und` for what can't be known; how sure that is, from 0 to 1; an ISO 15924 code."""

    language: str
    confidence: float
    script: str


def language_of(fields: Sequence[tuple[str, str]]) -> Identified:
    """Of a document's fields together."""
    return identify("\n".join(text[:_LOOKED_AT_COUNT_MAX] for _, text in fields))


# Several steps ask for the same document, and a worker has a batch of documents in hand.
@lru_cache(maxsize=256)
def identify(text: str) -> Identified:
    prose = without_links(without_code(text[:_LOOKED_AT_COUNT_MAX]))
    script = dominant_script(prose)
    if script == UNKNOWN:
        return Identified(UNDETERMINED, 0.0, script)
    if script in _ONE_LANGUAGE:
        return Identified(_ONE_LANGUAGE[script], 0.99, script)
    if script == "Latn":
        prose = without_names_of_things(prose[: 2 * _SAMPLE_COUNT_MAX])
        return _among(_LATIN, prose[:_SAMPLE_COUNT_MAX].strip(), script)
    if script in _SEVERAL:
        return _among(frozenset(_SEVERAL[script]), prose[:_SAMPLE_COUNT_MAX].strip(), script)
    return Identified(UNDETERMINED, 0.0, script)


def _among(languages: frozenset[str], sample: str, script: str) -> Identified:
    lowered = sample.lower().replace("’", "'")
    words = _WORD.findall(lowered) if script in {"Latn", "Cyrl"} else _WORDS_WITH_MARKS.findall(lowered)
    if not words:
        return Identified(UNDETERMINED, 0.0, script)
    known = _sum_of_evidence(words, lowered)
    if decided := _decided(known):
        return Identified(*decided, script)
    seen = probabilities(sample)
    total = sum(seen.get(each, 0.0) for each in languages)
    # A long text needs no help; in a short one the words that are known count more than the letter sequences.
    share = len(words) ** 0.5
    scores = {each: _score(seen.get(each, 0.0), known.get(each, 0.0) / share) for each in languages}
    for each in _COMMON & languages:
        scores[each] *= _COMMON_FACTOR
    best = max(sorted(scores), key=lambda each: scores[each])
    confidence = scores[best] / (sum(scores.values()) or 1.0)
    if scores[best] < _SCORE_MIN or total == 0:
        return Identified(UNDETERMINED, 0.0, script)
    return Identified(best, round(confidence, 3), script)


def _decided(known: Mapping[str, float]) -> tuple[str, float] | None:
    """What the small words alone tell beyond doubt: asking the model takes several times as long."""
    best = max(sorted(known), key=lambda each: known[each], default=None)
    if best is None or known[best] < _DECIDED_MIN:
        return None
    second = max((each for language, each in known.items() if language != best), default=0.0)
    return (best, round(1 - second / known[best] / 2, 3)) if second * _DECIDED_RATIO < known[best] else None


def _score(likely: float, known: float) -> float:
    """Small words of a language that the letter sequences speak against are loans, or chance."""
    return likely + known * sqrt(sqrt(likely + 0.05))


def _sum_of_evidence(words: Sequence[str], lowered: str) -> dict[str, float]:
    known: dict[str, float] = {}
    for word in words:
        for language, weight in _EVIDENCE.get(word, ()):
            known[language] = known.get(language, 0.0) + weight * _WORD_WEIGHT
    if not lowered.isascii():
        for letter in {letter for letter in lowered if letter in _LETTERS}:
            for language, weight in _EVIDENCE[letter]:
                known[language] = known.get(language, 0.0) + weight * _LETTER_WEIGHT
    return known
