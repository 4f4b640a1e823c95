"""Made-up vectors are those that the model itself makes of the same words, and are like those of real texts."""

import numpy as np
import pytest
from wordllama import WordLlama  # type: ignore[import-untyped]  # it comes without types

from benchmarks.corpus.texts import PAGE_COUNT, Corpus
from benchmarks.corpus.vectors import DIMENSIONS, Embedding
from services.analysis.models.local import bundled_files


@pytest.fixture(scope="module")
def embedding() -> Embedding:
    return Embedding.of(Corpus(seed=3))


def test_they_are_the_models_own(embedding: Embedding) -> None:
    corpus = embedding.corpus
    model = WordLlama.load(cache_dir=bundled_files().weights.parents[1], disable_download=True)
    page = next(corpus.pages(40))
    texts = [" ".join(corpus.words[word] for word in words) for words in np.split(page.words, page.begins[1:])]
    assert np.abs(next(embedding.documents(40)) - model.embed(texts, norm=True)).max() < 1e-5
    questions = list(corpus.questions(10, 3))
    assert np.abs(embedding.questions(10, 3) - model.embed(questions, norm=True)).max() < 1e-5


def test_there_are_clusters_that_overlap_and_many_directions(embedding: Embedding) -> None:
    rows = next(embedding.documents(PAGE_COUNT))
    assert rows.shape == (PAGE_COUNT, DIMENSIONS)
    assert np.abs(np.linalg.norm(rows, axis=1) - 1).max() < 1e-5
    nearness = np.sort(rows[:200] @ rows.T, axis=1)
    # The nearest other one resembles it much more than most do.
    assert np.median(nearness[:, -2]) > 2.5 * np.median(nearness)
    shares = np.linalg.svd(rows, compute_uv=False) ** 2
    assert 90 < np.searchsorted(np.cumsum(shares) / shares.sum(), 0.9) < 220
