"""The one made-up world that the searching scenarios share, made once in a process because that takes a second."""

from functools import cache
from typing import TYPE_CHECKING

from benchmarks.corpus.texts import Corpus

if TYPE_CHECKING:
    from benchmarks.corpus.vectors import Embedding

SEED = 4


@cache
def corpus() -> Corpus:
    return Corpus(SEED)


@cache
def embedding() -> "Embedding":
    # Its library takes a second to import, and sets up logging for the whole process: not for who lists scenarios.
    from benchmarks.corpus.vectors import Embedding  # noqa: PLC0415  a second, and logging for all

    return Embedding.of(corpus())
