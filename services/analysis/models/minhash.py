"""Signatures of texts by MinHash over shingles: runs of three words, or of three characters where no spaces are put."""

import re
import unicodedata

import numpy as np
import xxhash
from numpy.typing import NDArray

from shared.fingerprints import PERMUTATIONS, Signature

# What a text repeats of another is seen well before its end.
CHARACTERS_MAX = 100_000
SHINGLE_WORDS = 3
# Shingles at a time: all at once would take memory that grows with the text.
SHINGLES_AT_ONCE = 4_096
# A word with a digit (a host, an order, a time) is what texts from one template differ in. For so many words of a text
# it counts as one shingle more.
WORDS_PER_WEIGHT = 4
WEIGHT_MAX = 16

# Thai, Lao, Tibetan, Burmese, Khmer, kana and Chinese put no spaces, so each of their characters counts as a word.
_UNSPACED = "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")
_MARK = re.compile(r"\S")
_DIGIT = re.compile(r"[0-9]")

Hashes = NDArray[np.uint64]


def _odd(name: str, count: int) -> Hashes:
    """Signatures are compared for years, so these numbers come from what never changes; no generator promises that."""
    return np.array([xxhash.xxh3_64_intdigest(f"{name} {at}".encode()) | 1 for at in range(count)], dtype=np.uint64)


_FACTORS = _odd("factor", PERMUTATIONS)
_SUMMANDS = _odd("summand", PERMUTATIONS)
_PLACES = _odd("place", SHINGLE_WORDS)
_WEIGHTS = _odd("weight", WEIGHT_MAX)


def signature_of(text: str) -> tuple[Signature, int] | None:
    """With the number of different shingles; nothing for a text with nothing in it."""
    words = _words(text[:CHARACTERS_MAX])
    if not words:
        return None
    hashes = np.array([xxhash.xxh3_64_intdigest(word.encode()) for word in words], dtype=np.uint64)
    shingles = np.concatenate((_runs(hashes), _weighty(words, hashes)))
    # Of few numbers, Python's own set is faster than sorting them; the minima are the same with all repetitions.
    return _minima(shingles), len(set(shingles.tolist()))


def _words(text: str) -> list[str]:
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    # Of signs alone, as of emoji, each is a word.
    return _WORD.findall(plain.lower()) or _MARK.findall(plain)


def _runs(hashes: Hashes) -> Hashes:
    """Of every three in a row; of fewer than three, the one run that there is."""
    count = min(len(hashes), SHINGLE_WORDS)
    runs = np.zeros(len(hashes) - count + 1, dtype=np.uint64)
    for place in range(count):
        runs ^= hashes[place : len(hashes) - count + place + 1] * _PLACES[place]
    return runs


def _weighty(words: list[str], hashes: Hashes) -> Hashes:
    weight = min(len(words) // WORDS_PER_WEIGHT, WEIGHT_MAX)
    weighty = hashes[[_DIGIT.search(word) is not None for word in words]]
    return np.outer(weighty, _WEIGHTS[:weight]).ravel()


def _minima(shingles: Hashes) -> Signature:
    minima = np.full(PERMUTATIONS, np.iinfo(np.uint64).max, dtype=np.uint64)
    for at in range(0, len(shingles), SHINGLES_AT_ONCE):
        permuted = shingles[at : at + SHINGLES_AT_ONCE, np.newaxis] * _FACTORS + _SUMMANDS
        np.minimum(minima, permuted.min(axis=0), out=minima)
    return (minima >> np.uint64(32)).astype(np.uint32)
