"""Writes notes into the database: everything that was found about a document at once, and never twice.

All notes of one document go in one request, so that the change log has one change for them.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import structlog

from services.analysis.noting import without_value
from shared.bus.bus import Bus
from shared.contracts.annotations import Annotate, AnnotateResults
from shared.errors import TooLarge, Unavailable

log = structlog.get_logger()

# Small requests, because the database commits documents between them.
NOTES_IN_REQUEST_MAX = 64
REQUEST_BYTES_MAX = 512 * 1024
# Together they are as much as one commit of the database takes.
REQUESTS_AT_ONCE_MAX = 32
# While documents are being committed, annotations wait; asking again would only make the queue longer.
REQUEST_SECONDS_MAX = 60.0


@dataclass(frozen=True, slots=True)
class Page:
    """The notes of one document, each as JSON."""

    id: str
    notes: Sequence[bytes]


class NoteBook:
    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._slots = asyncio.Semaphore(REQUESTS_AT_ONCE_MAX)

    async def write(self, tenant: str, pages: Sequence[Page]) -> set[str]:
        """The ids of the documents that are still there in this version. Raises `Unavailable`."""
        writing = (self._write(tenant, some) for some in _portions([page for page in pages if page.notes]))
        written = await asyncio.gather(*writing, return_exceptions=True)
        for result in written:
            if isinstance(result, BaseException):
                raise result
        return {id for ids in written if not isinstance(ids, BaseException) for id in ids}

    async def _write(self, tenant: str, pages: Sequence[Page]) -> set[str]:
        notes = b",".join(note for page in pages for note in page.notes)
        payload = b'{"once":true,"annotations":[%b]}' % notes
        try:
            async with self._slots:
                reply = await self._bus.ask_raw(tenant, Annotate.verb, payload, seconds_max=REQUEST_SECONDS_MAX)
        except TooLarge as error:
            smaller = [[page] for page in pages] if len(pages) > 1 else [[_without_largest(pages[0], error)]]
            return set().union(*[await self._write(tenant, some) for some in smaller])
        gone = _gone(AnnotateResults.decode(reply.payload))
        return {page.id for page in pages} - gone


def _gone(results: AnnotateResults) -> set[str]:
    """Documents that were deleted or replaced meanwhile; that is no failure."""
    gone: set[str] = set()
    for result in results.results:
        if result.error is not None:
            error = result.error.error()
            if isinstance(error, Unavailable):
                raise error
            if error.kind != "not-found":
                log.warning("note_refused", id=result.id, step=result.step, because=error.detail)
        if result.error is not None or result.outcome == "stale":
            gone.add(result.id)
    return gone


def _without_largest(page: Page, error: TooLarge) -> Page:
    """Better one failed step than none that is written. When even failures are too large, it is the document's end."""
    largest = max(page.notes, key=len)
    failed = without_value(largest, "what it found is too large for the bus")
    if len(failed) >= len(largest):
        raise error
    return Page(page.id, [failed if note is largest else note for note in page.notes])


def _portions(pages: Sequence[Page]) -> Iterator[Sequence[Page]]:
    portion: list[Page] = []
    count = size = 0
    for page in pages:
        page_bytes = sum(map(len, page.notes))
        if portion and (count + len(page.notes) > NOTES_IN_REQUEST_MAX or size + page_bytes > REQUEST_BYTES_MAX):
            yield portion
            portion, count, size = [], 0, 0
        portion.append(page)
        count += len(page.notes)
        size += page_bytes
    if portion:
        yield portion
