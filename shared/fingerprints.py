"""Signatures of texts: how they are written down, how much two resemble each other, where to look for resembling ones.

The analysis makes them, and the database's search looks for them; what both must do alike is here.
"""

from base64 import b64decode, b64encode

import numpy as np
from numpy.typing import NDArray

# How many minima a signature has: it tells the similarity of two texts to within about 0.06.
PERMUTATIONS = 64
# Two texts that are 0.7 alike share a band in 99 of 100 cases; two that are 0.3 alike, in 12.
BANDS = 16
ROWS = PERMUTATIONS // BANDS
# From here on one document repeats another.
DUPLICATE_SIMILARITY_MIN = 0.7

Signature = NDArray[np.uint32]

_KEY_FACTOR = np.uint64(0x9E3779B97F4A7C15)


def encode_signature(signature: Signature) -> str:
    return b64encode(signature.astype("<u4").tobytes()).decode()


def decode_signature(encoded: str) -> Signature:
    """Raises ValueError for anything that isn't a signature."""
    try:
        raw = b64decode(encoded, validate=True)
    except ValueError as error:
        raise ValueError("a signature is not in base64") from error
    if len(raw) != 4 * PERMUTATIONS:
        raise ValueError(f"a signature has {4 * PERMUTATIONS} bytes, this one {len(raw)}")
    return np.frombuffer(raw, dtype="<u4").astype(np.uint32)


def band_keys(signatures: Signature) -> NDArray[np.uint64]:
    """The keys of one signature, or a row of keys for each of many: resembling texts have a key in common.

    The number of the band is mixed in, so one index may hold the keys of all. SQLite has signed numbers alone: it
    takes `.view(numpy.int64)`.
    """
    rows = signatures.astype(np.uint64).reshape(*signatures.shape[:-1], BANDS, ROWS)
    keys = np.broadcast_to(np.arange(1, BANDS + 1, dtype=np.uint64), rows.shape[:-1])
    for row in range(ROWS):
        keys = (keys ^ rows[..., row]) * _KEY_FACTOR
        keys = keys ^ (keys >> np.uint64(29))
    return keys


def similarity(one: Signature, other: Signature) -> float:
    """The share of what they say that both say, from 0 to 1, as estimated from the signatures."""
    return float(similarities(other[np.newaxis], one)[0])


def similarities(many: Signature, one: Signature) -> NDArray[np.float64]:
    """The same, of one to each row of many."""
    shares: NDArray[np.float64] = np.mean(many == one, axis=1, dtype=np.float64)
    return shares
