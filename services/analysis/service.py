"""The analysis service: reads the change feed in batches, runs the steps, writes what they found."""

import asyncio
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice

import structlog

from services.analysis import steps
from services.analysis.step import Step
from shared.bus.bus import Bus
from shared.bus.streams import ANALYSIS
from shared.bus.wire import Delivery
from shared.catalogue import parts_in
from shared.contracts.annotations import Annotate, Annotation
from shared.contracts.changes import decode_changes
from shared.contracts.documents import Document
from shared.contracts.message import tenant_and_address
from shared.runtime.process import Context
from shared.runtime.service import Service, consume

log = structlog.get_logger()

# Small requests, because the database commits documents between them.
ANNOTATIONS_IN_REQUEST_MAX = 64
NICENESS = 10
# After each batch: the notes of what comes meanwhile share a commit, and documents find the database free.
REST_SECONDS = 0.02
# While documents are being committed, annotations wait; asking again would only make the queue longer.
REQUEST_SECONDS_MAX = 60.0


class AnalysisService(Service):
    name = "analysis"
    description = "Annotates what has changed."

    def __init__(self, bus: Bus, catalogue: Sequence[Step]) -> None:
        self._bus = bus
        self._steps = catalogue

    @consume(ANALYSIS)
    async def annotate(self, batch: Sequence[Delivery]) -> None:
        newest: dict[str, dict[str, Document]] = defaultdict(dict)
        for delivery in batch:
            tenant, _ = tenant_and_address(delivery.subject)
            for change in decode_changes(delivery.payload):
                if change.op == "put" and change.document is not None:
                    newest[tenant][change.id] = change.document
        for tenant, documents in newest.items():
            annotations = (self._run(step, document) for document in documents.values() for step in self._steps)
            for some in _in_portions(annotations):
                await self._bus.ask(tenant, Annotate(annotations=some), seconds_max=REQUEST_SECONDS_MAX)
        await asyncio.sleep(REST_SECONDS)

    def _run(self, step: Step, document: Document) -> Annotation:
        try:
            value = step.annotate(document)
        except Exception as error:  # A step that fails costs its own result, and nobody else's.
            log.exception("step_failed", step=step.name, id=document.id, exc_info=error)
            return _annotation(step, document).model_copy(update={"status": "failed", "reason": str(error)[:500]})
        return _annotation(step, document).model_copy(update={"value": value})


def _annotation(step: Step, document: Document) -> Annotation:
    return Annotation(id=document.id, version=document.version, step=step.name, step_version=step.version)


def _in_portions(annotations: Iterator[Annotation]) -> Iterator[tuple[Annotation, ...]]:
    while some := tuple(islice(annotations, ANNOTATIONS_IN_REQUEST_MAX)):
        yield some


async def build(context: Context) -> Service:
    # Documents come first: whoever is at work on them goes before us.
    os.nice(NICENESS)
    return AnalysisService(context.bus, parts_in(steps, "step", Step))
