"""Documents with vectors in their margins, and an index that is told of them."""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from pydantic import JsonValue

from services.database.search.index import Batch, Present
from services.database.search.ranking import Ranked
from services.database.search.vectors.index import VectorIndex
from shared.vectors import Vector, texts_of_vectors
from tests.until import until

MODEL = "first"
DIMENSIONS = 32
TOPICS = 40


def vectors(count: int, seed: int = 1, dimensions: int = DIMENSIONS) -> Vector:
    """Clusters that overlap, in a space with few directions that matter much and many that matter little."""
    chance = np.random.default_rng(seed)
    weights = 1 / np.sqrt(np.arange(1, dimensions + 1))
    topics = np.random.default_rng(0).standard_normal((TOPICS, dimensions))
    mixed = topics[chance.integers(0, TOPICS, count)] + chance.standard_normal((count, dimensions))
    return of_length_one(mixed * weights)


def of_length_one(rows: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Vector:
    unit: Vector = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


def noted(no: int, value: JsonValue, *, status: str = "ok", collection: str = "notes") -> Present:
    return Present(no, {"id": f"d{no}", "collection": collection}, {"embedding": {"status": status, "value": value}})


def present(no: int, vector: Vector, model: str = MODEL, collection: str = "notes") -> Present:
    text = texts_of_vectors(vector[None])[0]
    return noted(no, {"model": model, "dimensions": len(vector), "vector": text}, collection=collection)


def encoded(halves: Sequence[float]) -> str:
    return b64encode(np.array(halves, dtype="<f2").tobytes()).decode()


def batch(documents: Iterable[Present], gone: Sequence[int] = ()) -> Batch:
    return Batch(1, list(documents), gone)


def take(index: VectorIndex, rows: Vector, first: int = 1, model: str = MODEL) -> None:
    """Applied and committed, numbered from `first` on."""
    index.apply(batch(present(no, row, model) for no, row in enumerate(rows, start=first)))
    index.commit()


def numbers(ranked: Sequence[Ranked]) -> list[int]:
    return [each.no for each in ranked]


def exact(rows: Vector, vector: Vector, limit: int, first: int = 1) -> list[int]:
    return exact_of_each(rows, vector[None], limit, first)[0]


def exact_of_each(rows: Vector, questions: Vector, limit: int, first: int = 1) -> list[list[int]]:
    """The numbers of the nearest, as they come out without any index."""
    halves = rows.astype(np.float16).astype(np.float32)
    halves /= np.linalg.norm(halves, axis=1, keepdims=True)
    order = np.argsort(-(questions @ halves.T), axis=1, kind="stable")
    found: list[list[int]] = (order[:, :limit] + first).tolist()
    return found


def recall(found: Sequence[Sequence[Ranked]], right: Sequence[Sequence[int]]) -> float:
    """How much of what is right was found."""
    hits = [len({each.no for each in ranked} & set(nos)) for ranked, nos in zip(found, right, strict=True)]
    return sum(hits) / sum(map(len, right))


async def built(index: VectorIndex) -> None:
    """Wait for what goes on in the background."""
    await until(lambda: not index.busy, seconds_max=30)


def open_index(path: Path, exact_count_max: int = 50_000) -> VectorIndex:
    return VectorIndex.open(path, exact_count_max=exact_count_max)
