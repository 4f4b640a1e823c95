"""The one made-up world that the searching scenarios share, made once in a process because that takes a second."""

from functools import cache

from benchmarks.corpus.texts import Corpus
from benchmarks.corpus.vectors import Embedding

SEED = 4


@cache
def corpus() -> Corpus:
    return Corpus(SEED)


@cache
def embedding() -> Embedding:
    return Embedding.of(corpus())
