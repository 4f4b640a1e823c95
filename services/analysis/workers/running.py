"""The pure half of steps, run one after the other on a document. Whatever a step raises is its own failure."""

from collections.abc import Callable, Sequence
from time import perf_counter

import structlog

from services.analysis.noting import cut, failure_of, note_of, with_cut_told
from services.analysis.step import Finding, Step
from services.analysis.workers.task import WANTED
from shared.contracts.documents import Document

log = structlog.get_logger()


class Running:
    def __init__(self, text_count_max: int) -> None:
        self._text_count_max = text_count_max
        self._told: set[tuple[str, str]] = set()
        self.lacks_memory = False

    def notes(
        self, json: bytes, steps: Sequence[Step], asked: Sequence[Step], enter: Callable[[int], None]
    ) -> list[bytes]:
        """`enter` is called before each step with its number."""
        whole = Document.decode(json)
        document = cut(whole, self._text_count_max)
        notes: list[bytes] = []
        for number, step in enumerate((*steps, *asked)):
            enter(number)
            notes.append(self._note(step, document, document is not whole, is_asked=number >= len(steps)))
        return notes

    def _note(self, step: Step, document: Document, was_cut: bool, *, is_asked: bool) -> bytes:
        begun = perf_counter()
        try:
            if not step.wants(document):
                return b""
            if is_asked:
                return WANTED
            found = None if step.annotate is None else step.annotate(document)
            finding = found if isinstance(found, Finding) else Finding(found)
            finding = with_cut_told(finding, was_cut, self._text_count_max)
            # Here, because it may need as much memory again.
            return note_of(document, step, finding, (perf_counter() - begun) * 1000)
        except BaseException as error:  # A step is a stranger: whatever it raises, `SystemExit` too, costs it its note.
            failed = failure_of(error)
            self.lacks_memory |= isinstance(error, MemoryError)
            self._tell(step, document, error)
        return b"" if is_asked else note_of(document, step, failed, (perf_counter() - begun) * 1000)

    def _tell(self, step: Step, document: Document, error: BaseException) -> None:
        """Each kind of failure once: the notes have all of them."""
        kind = (step.name, type(error).__name__)
        if kind not in self._told:
            self._told.add(kind)
            log.error("step_failed", step=step.name, id=document.id, exc_info=error)
