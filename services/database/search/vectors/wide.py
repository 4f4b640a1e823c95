"""Vectors as they are computed with: 32-bit floats. Those that no codes tell of yet are kept that way, in blocks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.vectors import Halves, Vector

Scores = NDArray[np.float32]

BLOCK_COUNT = 32_768
# What is computed with in one go stays in the processor's cache.
PORTION_COUNT = 4_096

_SIGN, _REST = np.uint32(0x8000), np.uint32(0x7FFF)
# The exponent of a 32-bit float is counted from 112 further below.
_SCALE = np.float32(2.0**112)


def widened(halves: Halves) -> Vector:
    """The same numbers, six times as fast as `astype`; they must be finite."""
    wide = np.empty(halves.shape, dtype=np.float32)
    for begin in range(0, len(halves), PORTION_COUNT):
        bits = halves[begin : begin + PORTION_COUNT].view(np.uint16).astype(np.uint32)
        signs = bits & _SIGN
        signs <<= np.uint32(16)
        bits &= _REST
        bits <<= np.uint32(13)
        bits |= signs
        np.multiply(bits.view(np.float32), _SCALE, out=wide[begin : begin + PORTION_COUNT])
    return wide


def scales(vectors: Vector) -> Scores:
    """By what each row has to be multiplied to be of length one."""
    return np.asarray(1 / np.sqrt(np.einsum("ij,ij->i", vectors, vectors)), dtype=np.float32)


def products(vectors: Vector, vector: Vector) -> Scores:
    """Of each row with a vector.

    As fast as BLAS in one thread, and it sums up every row in the same order, so that equal rows get equal products.
    BLAS would share it among threads that wait for each other by spinning: on busy cores that takes ten times as long.
    """
    return np.asarray(np.einsum("ij,j->i", vectors, vector), dtype=np.float32)


def of_length_one(halves: Halves) -> Vector:
    wide = widened(halves)
    wide *= scales(wide)[:, None]
    return wide


@dataclass(frozen=True, slots=True)
class Block:
    """Rows from `begin` on. It fills up while those who look know how far they may."""

    begin: int
    vectors: Vector
    scales: Scores

    @classmethod
    def empty(cls, begin: int, dimensions: int) -> "Block":
        vectors = np.empty((BLOCK_COUNT, dimensions), dtype=np.float32)
        return cls(begin, vectors, np.empty(BLOCK_COUNT, dtype=np.float32))

    @property
    def end(self) -> int:
        return self.begin + BLOCK_COUNT

    def put(self, row: int, vectors: Vector) -> None:
        at = slice(row - self.begin, row - self.begin + len(vectors))
        self.vectors[at] = vectors
        self.scales[at] = scales(vectors)
