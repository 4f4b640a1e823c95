"""A document under work: what is to be found out about it, and what was found."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from services.analysis.catalogue import Catalogue
from services.analysis.noting import cut, finding_of, note_of
from services.analysis.step import Finding, Noted, Step
from services.analysis.workers.task import Notes, Task
from shared.contracts.annotations import Note
from shared.contracts.documents import Document


@dataclass(slots=True)
class Work:
    """`notes` are by step, as JSON; `known` is what was found earlier about this version, for steps that need it."""

    tenant: str
    document: Document
    json: bytes
    steps: tuple[Step, ...]
    asked: tuple[Step, ...] = ()
    known: Mapping[str, Note] = field(default_factory=dict)
    notes: dict[str, bytes] = field(default_factory=dict)
    wanted_by: tuple[str, ...] = ()

    @property
    def task(self) -> Task:
        return Task(self.document, self.json, self.steps, self.asked)

    def take(self, notes: Notes) -> None:
        for step, note in zip(self.task.places, notes, strict=True):
            if note and step in self.steps:
                self.notes[step.name] = note
            elif note:
                self.wanted_by += (step.name,)

    def noted_for(self, step: Step, text_count_max: int) -> Noted | None:
        """What its second half gets. None if there is nothing more to do."""
        own = self.notes.get(step.name)
        if own is None or step.finish is None:
            return None
        half, _ = finding_of(own)
        if half.status not in {"ok", "degraded"}:
            return None
        return Noted(cut(self.document, text_count_max), {**dict(self._needed(step)), step.name: half})

    def finish(self, step: Step, finding: Finding, duration_ms: float) -> None:
        _, so_far_ms = finding_of(self.notes[step.name])
        self.notes[step.name] = note_of(self.document, step, finding, so_far_ms + duration_ms)

    def news(self) -> list[bytes]:
        """What is worth writing down: that a step has failed again, for the same reason, is not."""
        return [note for name, note in self.notes.items() if not self._says_the_same(name, note)]

    def _needed(self, step: Step) -> Iterator[tuple[str, Finding]]:
        for name in step.needs:
            if name in self.notes:
                yield name, finding_of(self.notes[name])[0]
            elif name in self.known:
                note = self.known[name]
                yield name, Finding(note.value, note.status, note.reason, note.model, note.cost)

    def _says_the_same(self, name: str, note: bytes) -> bool:
        known = self.known.get(name)
        if known is None or known.status not in {"failed", "degraded"}:
            return False
        finding, _ = finding_of(note)
        return (finding.status, finding.reason, finding.value) == (known.status, known.reason, known.value)


def notes_on(document: Document, steps: Mapping[str, Step]) -> Mapping[str, Note]:
    """Those of its present version, by the present version of their step."""
    return {
        note.step: note
        for note in document.annotations
        if note.version == document.version and note.step in steps and note.step_version == steps[note.step].version
    }


def bare(document: Document) -> Document:
    """As the steps see it: none shall depend on what others happen to have written."""
    return document.model_copy(update={"annotations": ()}) if document.annotations else document


def redoing(tenant: str, document: Document, names: Sequence[str], catalogue: Catalogue) -> Work:
    """Work on a document that is stored with its notes."""
    known = notes_on(document, catalogue.steps)
    steps = catalogue.with_needs(names, lambda step: step.name in known)
    bared = bare(document)
    return Work(tenant, bared, bared.encode(), steps, known=known)
