"""Which documents say almost the same: a signature of the text, the earlier document that it repeats, its cluster."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from pydantic import JsonValue

from services.analysis.alike import NOT_ASKED, SECONDS_MAX, Recent, Shelf, neighbourhoods
from services.analysis.models.minhash import signature_of
from services.analysis.step import Desk, Finding, Noted, Step
from services.analysis.words.fields import fields_of
from shared.contracts.documents import Document
from shared.contracts.search import Duplicate, Neighbourhood, Unplaced
from shared.fingerprints import DUPLICATE_SIMILARITY_MIN, PERMUTATIONS, Signature, decode_signature, encode_signature
from shared.settings import AnalysisSettings

NAME = "fingerprint"


def step(settings: AnalysisSettings) -> Step:
    return Step(name=NAME, version=1, annotate=_sign, finish=Duplicates(Recent(np.uint32)).finish)


def _sign(document: Document) -> JsonValue | Finding:
    signed = signature_of("\n".join(text for _, text in fields_of(document)))
    if signed is None:
        return Finding(status="skipped", reason="there is no text")
    signature, shingles = signed
    return {"signature": encode_signature(signature), "shingles": shingles}


class Duplicates:
    """The second half: asks the index, and looks among what was in hand a moment ago."""

    def __init__(self, recent: Recent[np.uint32]) -> None:
        self._recent = recent

    async def finish(self, noted: Sequence[Noted], desk: Desk) -> Sequence[Finding]:
        signed = [each for each in noted if _signature_in(each) is not None]
        items = [Unplaced(id=each.document.id, signature=_signature_in(each)) for each in signed]
        found = await neighbourhoods(desk, noted[0].document.tenant, items)
        placed = await asyncio.to_thread(self._place, signed, found)
        return [placed.get(each.document.id, each.findings[NAME]) for each in noted]

    def _place(self, signed: Sequence[Noted], found: Mapping[str, Neighbourhood] | None) -> Mapping[str, Finding]:
        """Oldest first, so that of two in one batch the later one finds the earlier."""
        placed: dict[str, Finding] = {}
        with self._recent.lock:
            for each in sorted(signed, key=lambda each: (each.document.created_at, each.document.seq)):
                document = each.document
                shelf = self._recent.shelf(document.tenant, PERMUTATIONS)
                signature = decode_signature(_signature_in(each) or "")
                indexed = found.get(document.id) if found else None
                known = [*(indexed.duplicates if indexed else ()), *self._in_hand(shelf, document, signature)]
                best = _best(document, known)
                cluster = best.cluster if best else document.id
                shelf.put(document, signature, cluster, self._recent.now() + SECONDS_MAX)
                placed[document.id] = _completed(each.findings[NAME], best, cluster, was_asked=found is not None)
        return placed

    def _in_hand(self, shelf: Shelf[np.uint32], document: Document, signature: Signature) -> Sequence[Duplicate]:
        """The one that resembles it most, and of several the oldest."""
        equal = (shelf.columns == signature[:, np.newaxis]).view(np.uint8)
        counts = np.add.reduce(equal, axis=0, dtype=np.uint8)
        counts[~shelf.earlier(document, self._recent.now())] = 0
        most = counts.max()
        if most < DUPLICATE_SIMILARITY_MIN * PERMUTATIONS:
            return []
        place = shelf.oldest(np.flatnonzero(counts == most))
        return [Duplicate(id=shelf.ids[place], similarity=int(most) / PERMUTATIONS, cluster=shelf.clusters[place])]


def _signature_in(noted: Noted) -> str | None:
    finding = noted.findings.get(NAME)
    match finding.value if finding else None:
        case {"signature": str() as signature}:
            return signature
    return None


def _best(document: Document, known: Iterable[Duplicate]) -> Duplicate | None:
    enough = [each for each in known if each.similarity >= DUPLICATE_SIMILARITY_MIN and each.id != document.id]
    # Of equals the first one counts: what is in the index is older than what was in hand just now.
    return max(enough, key=lambda each: each.similarity, default=None)


def _completed(half: Finding, best: Duplicate | None, cluster: str, *, was_asked: bool) -> Finding:
    value: dict[str, JsonValue] = {
        **(half.value if isinstance(half.value, dict) else {}),
        "duplicate_of": best.id if best else None,
        "similarity": round(best.similarity, 4) if best else None,
        "cluster": cluster,
    }
    if was_asked:
        return replace(half, value=value)
    return replace(half, value=value, status="degraded", reason=NOT_ASKED)
