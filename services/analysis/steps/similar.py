"""What resembles a document in meaning, among the tenant's earlier ones; near duplicates are among them."""

import asyncio
from base64 import b64decode
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from services.analysis.alike import ITEMS_IN_REQUEST_MAX, NOT_ASKED, SECONDS_MAX, Recent, neighbourhoods
from services.analysis.step import Desk, Finding, Noted, Step
from shared.contracts.search import Neighbour, Neighbourhood, Unplaced
from shared.settings import AnalysisSettings

NAME = "similar"
NEEDED = "embedding"
COUNT_MAX = 5
# Of a thousand pairs of short texts that have nothing to do with each other, one reaches it.
SCORE_MIN = 0.35


class Placed(NamedTuple):
    noted: Noted
    encoded: str
    vector: NDArray[np.float32]


def step(settings: AnalysisSettings) -> Step:
    return Step(name=NAME, version=1, finish=Resembling(Recent(np.float32)).finish, needs=(NEEDED,))


class Resembling:
    def __init__(self, recent: Recent[np.float32]) -> None:
        self._recent = recent

    async def finish(self, noted: Sequence[Noted], desk: Desk) -> Sequence[Finding]:
        # Vectors of different models, or of different lengths, have nothing to say to each other.
        groups: dict[tuple[str | None, int], list[Placed]] = defaultdict(list)
        for each in noted:
            if (placed := _placed(each)) is not None:
                groups[each.findings[NEEDED].model, len(placed.vector)].append(placed)
        found: dict[str, Finding] = {}
        for (model, _), group in groups.items():
            for at in range(0, len(group), ITEMS_IN_REQUEST_MAX):
                found |= await self._resembling(group[at : at + ITEMS_IN_REQUEST_MAX], desk, model)
        return [found.get(each.document.id) or _without_vector(each) for each in noted]

    async def _resembling(self, group: Sequence[Placed], desk: Desk, model: str | None) -> Mapping[str, Finding]:
        tenant = group[0].noted.document.tenant
        items = [Unplaced(id=each.noted.document.id, vector=each.encoded) for each in group]
        indexed = await neighbourhoods(desk, tenant, items, model)
        in_hand = await asyncio.to_thread(self._in_hand, group, (tenant, model, len(group[0].vector)))
        return {id: _finding(id, near, indexed) for id, near in in_hand.items()}

    def _in_hand(self, group: Sequence[Placed], key: tuple[str, str | None, int]) -> Mapping[str, Sequence[Neighbour]]:
        """All of the group are put there first, since one of them may resemble another."""
        near: dict[str, Sequence[Neighbour]] = {}
        with self._recent.lock:
            shelf = self._recent.shelf(key, len(group[0].vector))
            now = self._recent.now()
            for each in group:
                shelf.put(each.noted.document, each.vector, each.noted.document.id, now + SECONDS_MAX)
            all_scores = np.stack([each.vector for each in group]) @ shelf.columns
            for each, scores in zip(group, all_scores, strict=True):
                scores[~shelf.earlier(each.noted.document, now)] = 0
                best = np.argpartition(scores, -COUNT_MAX)[-COUNT_MAX:]
                near[each.noted.document.id] = [
                    Neighbour(id=shelf.ids[at], score=float(scores[at])) for at in best if scores[at] >= SCORE_MIN
                ]
        return near


def _placed(noted: Noted) -> Placed | None:
    finding = noted.findings.get(NEEDED)
    match finding.value if finding else None:
        case {"vector": str() as encoded}:
            try:
                vector = np.frombuffer(b64decode(encoded, validate=True), dtype="<f2").astype(np.float32)
            except ValueError:
                return None
            return Placed(noted, encoded, vector) if len(vector) and np.isfinite(vector).all() else None
    return None


def _without_vector(noted: Noted) -> Finding:
    finding = noted.findings.get(NEEDED)
    if finding is not None and finding.status == "skipped":
        return Finding(status="skipped", reason="there is no text")
    return Finding(status="failed", reason="its embedding is missing")


def _finding(id: str, in_hand: Sequence[Neighbour], indexed: Mapping[str, Neighbourhood] | None) -> Finding:
    known = indexed.get(id) if indexed else None
    # What was in hand is the newer version of a document that is in both.
    scores = {near.id: near.score for near in (*(known.similar if known else ()), *in_hand)}
    best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    alike: list[JsonValue] = [
        {"id": other, "score": round(score, 4)} for other, score in best if other != id and score >= SCORE_MIN
    ]
    value: dict[str, JsonValue] = {"alike": alike[:COUNT_MAX]}
    if indexed is None:
        return Finding(value, status="degraded", reason=NOT_ASKED)
    return Finding(value)
