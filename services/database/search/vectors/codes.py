"""Vectors in an eighth of their size, in which the nearest are found roughly but fast. The only user of faiss.

Two neighbouring numbers of a vector are told by one of 16 pairs: half a byte. A search looks at every vector, sixteen
and more at a time, in the registers of the processor. With a million vectors it found more of the nearest in less time
than inverted lists of any size did, most of all for short queries, and is built in seconds instead of a minute.
Once built and shared, it only is searched: adding to it goes on in a copy, so that nothing here needs a lock.
"""

from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from shared.vectors import Vector

Rows = NDArray[np.int64]

BITS = 4
# More would overflow the sums of 16 bits by which faiss adds them up.
PARTS_MAX = 256
TRAINED_COUNT_MAX = 20_000
# faiss complains of fewer, and they would say little.
TRAINED_COUNT_MIN = 1_000


class Codes:
    def __init__(self, index: faiss.IndexPQFastScan, dimensions: int) -> None:
        self._index = index
        self._dimensions = dimensions

    @classmethod
    def trained(cls, sample: Vector) -> "Codes":
        _use_one_thread()
        dimensions = sample.shape[1]
        width = _width(dimensions)
        index = faiss.IndexPQFastScan(width * -(-dimensions // width), -(-dimensions // width), BITS, METRIC)
        codes = cls(index, dimensions)
        index.train(codes._padded(sample))
        return codes

    @classmethod
    def read(cls, path: Path, dimensions: int, *, count_max: int) -> "Codes":
        """Raises ValueError for a file that is of no use."""
        try:
            index = faiss.read_index(str(path))
        except RuntimeError as error:
            raise ValueError(f"{path.name} can't be read: {error}") from error
        if not isinstance(index, faiss.IndexPQFastScan) or not dimensions <= index.d < dimensions + _width(dimensions):
            raise ValueError(f"{path.name} is another kind of index")
        if not 0 < index.ntotal <= count_max:
            raise ValueError(f"{path.name} tells of {index.ntotal} rows, and not of 1 to {count_max}")
        return cls(index, dimensions)

    def write(self, path: Path) -> None:
        faiss.write_index(self._index, str(path))

    @property
    def count(self) -> int:
        return self._index.ntotal

    def add(self, vectors: Vector) -> None:
        _use_one_thread()
        self._index.add(self._padded(vectors))

    def nearest(self, vectors: Vector, count: int) -> Rows:
        """For each vector so many rows, by their order of adding, roughly the nearest, in no order; -1 for none."""
        _use_one_thread()
        _, rows = self._index.search(self._padded(vectors), count)
        return np.asarray(rows, dtype=np.int64)

    def _padded(self, vectors: Vector) -> Vector:
        missing = self._index.d - self._dimensions
        padded = np.pad(vectors, ((0, 0), (0, missing))) if missing else vectors
        return np.ascontiguousarray(padded, dtype=np.float32)


METRIC = faiss.METRIC_INNER_PRODUCT


def _width(dimensions: int) -> int:
    """How many numbers one code stands for."""
    width = 2
    while -(-dimensions // width) > PARTS_MAX:
        width *= 2
    return width


def _use_one_thread() -> None:
    """Only for the thread that calls it, so it is said before everything that computes.

    OpenMP's threads wait for each other by spinning: as soon as two searches, or a search and a building, share the
    cores, each takes many times as long as with one thread. Whoever has more to do asks in more threads.
    """
    faiss.omp_set_num_threads(1)
