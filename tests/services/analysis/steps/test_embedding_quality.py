"""How well the vector alone finds what a question means, on a set that was made by hand."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, TypeAdapter

from services.analysis.models.embedder import local_embedder_for
from services.analysis.steps.similar import SCORE_MIN
from shared.settings import AnalysisSettings

SETS = Path(__file__).parent / "sets"

RECIPROCAL_RANK_MIN = 0.85
RECALL_MIN = 0.9
RECALL_AT = 5


class Text(BaseModel):
    id: str
    kind: str
    text: str
    title: str | None = None


class Question(BaseModel):
    query: str
    relevant: list[str]


TEXTS = TypeAdapter(list[Text]).validate_json((SETS / "retrieval_documents.json").read_bytes())
QUESTIONS = TypeAdapter(list[Question]).validate_json((SETS / "retrieval_queries.json").read_bytes())


def vectors_of(texts: list[str]) -> NDArray[np.float32]:
    embedder = local_embedder_for(AnalysisSettings())
    return np.stack([np.frombuffer(embedder.embed_one(text), "<f2").astype(np.float32) for text in texts])


def vectors_of_all() -> NDArray[np.float32]:
    return vectors_of([f"{each.title}\n{each.text}" if each.title else each.text for each in TEXTS])


def test_the_set_is_sound() -> None:
    ids = {each.id for each in TEXTS}
    assert len(ids) == len(TEXTS) >= 120
    assert len(QUESTIONS) >= 40
    assert {each.kind for each in TEXTS} == {"ticket", "chat", "note", "article"}
    assert all(each.relevant and set(each.relevant) <= ids for each in QUESTIONS)


def test_questions_find_what_they_mean() -> None:
    order = np.argsort(-vectors_of([each.query for each in QUESTIONS]) @ vectors_of_all().T, axis=1)
    reciprocal: list[float] = []
    recall: list[float] = []
    for question, ranked in zip(QUESTIONS, order, strict=True):
        ids = [TEXTS[at].id for at in ranked]
        ranks = [ids.index(id) + 1 for id in question.relevant]
        reciprocal.append(1 / min(ranks))
        recall.append(sum(rank <= RECALL_AT for rank in ranks) / len(ranks))
    assert np.mean(reciprocal) >= RECIPROCAL_RANK_MIN
    assert np.mean(recall) >= RECALL_MIN


def test_hardly_any_two_that_have_nothing_in_common_are_alike() -> None:
    vectors = vectors_of_all()
    scores = (vectors @ vectors.T)[np.triu_indices(len(vectors), 1)]
    assert np.mean(scores >= SCORE_MIN) < 0.002
