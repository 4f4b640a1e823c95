"""The words of the made-up documents, the frequent ones first.

They are words that the embedding knows, so that a vector of such a text is like one of a real text; and, as in every
real collection, a long tail of words that hardly ever occur: two of the others written as one.
"""

import json
from collections.abc import Sequence

import numpy as np

from services.analysis.models.local import bundled_files

WORD_BEGINS = "\N{LOWER ONE EIGHTH BLOCK}"
# Shorter ones are pieces of words more often than words.
LETTERS_MIN = 3


def words(count: int, seed: int) -> Sequence[str]:
    known = [word for word in _tokens() if _is_word(word)]
    chance = np.random.default_rng(seed)
    frequent = dict.fromkeys(known[:count])
    while len(frequent) < count:
        pairs = chance.integers(len(known), size=(count - len(frequent), 2))
        frequent |= dict.fromkeys(known[first] + known[second] for first, second in pairs)
    return list(frequent)


def _tokens() -> Sequence[str]:
    """In the order in which the tokenizer learned them: what is frequent, early."""
    numbers: dict[str, int] = json.loads(bundled_files().tokenizer.read_bytes())["model"]["vocab"]
    by_number = sorted(numbers, key=numbers.__getitem__)
    return [token.removeprefix(WORD_BEGINS) for token in by_number if token.startswith(WORD_BEGINS)]


def _is_word(word: str) -> bool:
    return len(word) >= LETTERS_MIN and word.isascii() and word.isalpha() and word.islower()
