"""The nearest vectors, found by comparing all of them: exact, and as long as the memory takes to be read once."""

from collections.abc import Collection

import numpy as np

from shared.vectors import Vector


def nearest_rows(vectors: Vector, question: Vector, count: int) -> list[int]:
    """The rows that are nearest by the cosine, the nearest first. All are of length one."""
    scores = vectors @ question
    count = min(count, len(scores))
    best = np.argpartition(scores, len(scores) - count)[len(scores) - count :]
    rows: list[int] = best[np.argsort(-scores[best], kind="stable")].tolist()
    return rows


def recall(found: Collection[int], right: Collection[int]) -> float:
    """How much of what is right was found."""
    return len(set(found) & set(right)) / len(right)
