"""How much of what is nearest is found, among texts of realistic words: a floor."""

import numpy as np
import pytest

from benchmarks.corpus.texts import PAGE_COUNT, Corpus
from benchmarks.corpus.vectors import Embedding
from tests.services.database.search.vectors.conftest import Open
from tests.services.database.search.vectors.ground import built, exact_of_each, recall, take

COUNT = 2 * PAGE_COUNT
FLOOR = 0.97


@pytest.mark.timeout(60)
async def test_short_queries_and_whole_texts_find_their_nearest(opened: Open) -> None:
    embedding = Embedding.of(Corpus(seed=4))
    rows = np.concatenate(list(embedding.documents(COUNT)))
    index = opened(2_000)
    take(index, rows)
    await built(index)
    held_out = next(embedding.documents(50, first=COUNT))
    for questions in (embedding.questions(50, 2), embedding.questions(50, 5), held_out):
        right = exact_of_each(rows, questions, 10)
        assert recall([index.search(each, 10) for each in questions], right) >= FLOOR
        assert recall(index.search_many(list(questions), 10), right) >= FLOOR
