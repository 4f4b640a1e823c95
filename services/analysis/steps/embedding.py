"""What a document means, as a vector: by the bundled model in a worker, or by an endpoint in the second half."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import xxhash
from pydantic import JsonValue

from services.analysis.language_model.material import redacted
from services.analysis.models.embedder import configured_model, embedder_for, is_remote, local_embedder_for
from services.analysis.models.local import BUNDLED_MODEL
from services.analysis.step import Desk, Finding, Noted, Step
from services.analysis.words.fields import fields_of
from shared.contracts.documents import Document
from shared.errors import Unavailable
from shared.settings import AnalysisSettings
from shared.vectors import text_of_bytes

NAME = "embedding"
VERSION = 1

NO_TEXT = Finding(status="skipped", reason="there is no text")
NOT_SENT = Finding(
    status="failed", reason="what is secret in it is not known, so it was not sent to the embedding endpoint"
)


def step(settings: AnalysisSettings) -> Step:
    version = version_of(configured_model(settings))
    if is_remote(settings):
        return Step(name=NAME, version=version, finish=partial(_ask, settings), needs=("secrets",))
    return Step(name=NAME, version=version, annotate=partial(_embed, settings))


def version_of(model: str) -> int:
    """Another model makes other vectors: so those of the one before are out of date."""
    if model == BUNDLED_MODEL:
        return VERSION
    # Far from the small numbers that are counted up, and no more than every JSON reader can hold.
    return VERSION + 1_000 + xxhash.xxh3_64_intdigest(model.encode()) % 2**31


def _embed(settings: AnalysisSettings, document: Document) -> JsonValue | Finding:
    text = "\n".join(part for _, part in fields_of(document))
    if not text.strip():
        return NO_TEXT
    embedder = local_embedder_for(settings)
    return _finding(embedder.model, embedder.embed_one(text))


async def _ask(settings: AnalysisSettings, noted: Sequence[Noted], desk: Desk) -> Sequence[Finding]:
    embedder = embedder_for(settings, None)
    texts = [_without_secrets(each, settings.text_count_max) for each in noted]
    try:
        vectors = iter(await embedder.embed([text for text in texts if text]))
    except Unavailable as error:
        # Half an embedding there is not: an older one serves on for as long as this one has failed.
        return [_unsent(text) or Finding(status="failed", reason=error.detail) for text in texts]
    return [_unsent(text) or _finding(embedder.model, next(vectors)) for text in texts]


def _unsent(text: str | None) -> Finding | None:
    if text is None:
        return NOT_SENT
    return None if text else NO_TEXT


def _without_secrets(noted: Noted, count_max: int) -> str | None:
    """None if nobody has said what is secret in it."""
    shown = redacted(noted.document, noted.findings.get("secrets"), count_max)
    return f"{shown.title}\n{shown.text}".strip() if shown else None


def _finding(model: str, vector: bytes) -> Finding:
    dimensions = len(vector) // np.dtype(np.float16).itemsize
    value: JsonValue = {"model": model, "dimensions": dimensions, "vector": text_of_bytes(vector)}
    return Finding(value, model=model)
