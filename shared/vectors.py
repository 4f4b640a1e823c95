"""Vectors as they are written down: 16-bit floats, little-endian, of length one, in base64.

The analysis makes them, the database's search compares them; what both must do alike is here.
"""

import binascii
from base64 import b64encode
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
Halves = NDArray[np.float16]

DIMENSIONS_MAX = 4_096
# Rounding to 16 bits moves the length by less than a thousandth.
LENGTH_TOLERANCE = 0.01
_BYTES_EACH = 2


def text_of_bytes(vector: bytes) -> str:
    return b64encode(vector).decode()


def texts_of_vectors(vectors: Vector) -> list[str]:
    """One for each row. The rows must be of length one."""
    return [text_of_bytes(row.tobytes()) for row in vectors.astype("<f2")]


def vector_of_text(text: str) -> Vector | None:
    """None for everything that isn't a vector of length one."""
    length = len(text) // 4 * 3 - text[-2:].count("=")
    raw = bytes_of_text(text, length // _BYTES_EACH)
    if raw is None:
        return None
    halves = halves_of_bytes([raw])
    return halves[0].astype(np.float32) if of_length_one(halves)[0] else None


def bytes_of_text(text: str, dimensions: int) -> bytes | None:
    """None if they are not exactly the bytes of so many numbers; which numbers, it doesn't look at."""
    size = dimensions * _BYTES_EACH
    if not 0 < dimensions <= DIMENSIONS_MAX or len(text) != (size + 2) // 3 * 4:
        return None
    try:
        raw = binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        return None
    return raw if len(raw) == size else None


def halves_of_bytes(rows: Sequence[bytes]) -> Halves:
    """Rows of equal length."""
    numbers = np.frombuffer(b"".join(rows), dtype="<f2").astype(np.float16, copy=False)
    return numbers.reshape(len(rows), -1)


def of_length_one(vectors: Halves) -> NDArray[np.bool_]:
    """Which rows are; one with a number that isn't finite is not."""
    wide = vectors.astype(np.float32)
    # Infinities are told by the result.
    with np.errstate(invalid="ignore", over="ignore"):
        squares = np.einsum("ij,ij->i", wide, wide)
    close: NDArray[np.bool_] = np.abs(np.sqrt(squares) - 1) <= LENGTH_TOLERANCE
    return close
