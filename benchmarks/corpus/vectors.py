"""The vectors of made-up documents, as the embedding would make them of their texts, but a hundred times as fast.

The model's vector of a text is the mean of those of its tokens. A word is the same tokens wherever it stands, so the
sum of each word's is looked up once, and a document is the sum of its words, brought to length one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.corpus.texts import Corpus, Numbers, Page
from services.analysis.models.local import LocalEmbedder, bundled_files

Vectors = NDArray[np.float32]

DIMENSIONS = 256
# What is summed up in one go stays in the processor's cache: three times as fast.
TOGETHER_COUNT = 128


@dataclass(frozen=True, slots=True)
class Embedding:
    """`sums` has a row for each word of the corpus."""

    corpus: Corpus
    sums: Vectors

    @classmethod
    def of(cls, corpus: Corpus) -> "Embedding":
        model = LocalEmbedder(bundled_files())
        return cls(corpus, np.stack([model.sum_of(word) for word in corpus.words]))

    def documents(self, count: int, first: int = 0) -> Iterator[Vectors]:
        """Page by page, a row of length one for each document."""
        for page in self.corpus.pages(count, first):
            yield _of_length_one(self._summed(page))

    def _summed(self, page: Page) -> Vectors:
        summed = np.empty((len(page), DIMENSIONS), dtype=np.float32)
        ends = np.append(page.begins[1:], len(page.words))
        for first in range(0, len(page), TOGETHER_COUNT):
            last = min(first + TOGETHER_COUNT, len(page))
            begin, end = page.begins[first], ends[last - 1]
            words, begins = page.words[begin:end], page.begins[first:last] - begin
            summed[first:last] = np.add.reduceat(self.sums[words], begins, axis=0)
        return summed

    def questions(self, count: int, length: int = 2) -> Vectors:
        return self._of_rows(self.corpus.question_words(count, length))

    def _of_rows(self, rows: Numbers) -> Vectors:
        return _of_length_one(self.sums[rows].sum(axis=1))


def _of_length_one(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = vectors / np.maximum(lengths, np.finfo(np.float32).tiny)
    return unit
