"""What an examination finds, and how two sheets of rows are compared that may be larger than memory."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from shared.contracts.upkeep import Finding

FINDINGS_SHOWN_MAX = 100

Cell = int | float | str | bytes | bool | None
Line = Sequence[Cell]


@dataclass(slots=True)
class Findings:
    """All are counted; the first of them are shown."""

    shown: list[Finding] = field(default_factory=list)
    count: int = 0

    def add(self, what: str, where: str, found: Cell, expected: Cell) -> None:
        self.count += 1
        if len(self.shown) < FINDINGS_SHOWN_MAX:
            finding = Finding(what=what, where=where, found=_said(found), expected=_said(expected))
            self.shown.append(finding)

    def expect(self, what: str, where: str, found: Cell, expected: Cell) -> bool:
        if found != expected:
            self.add(what, where, found, expected)
        return found == expected


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of one kind. The first of their columns tell one from another, and they are sorted by those."""

    what: str
    keys: int
    columns: Sequence[str]

    def compare(self, findings: Findings, found: Iterable[Line], expected: Iterable[Line]) -> int:
        """Both are read once, side by side; returns how many were found."""
        count = 0
        for here, there in self._joined(iter(found), iter(expected)):
            count += here is not None
            if here is None or there is None:
                self._lack(findings, here, there)
            elif here != there:
                self._differences(findings, here, there)
        return count

    def _joined(self, found: Iterator[Line], expected: Iterator[Line]) -> Iterator[tuple[Line | None, Line | None]]:
        here, there = next(found, None), next(expected, None)
        while here is not None or there is not None:
            if there is None or (here is not None and self._key(here) < self._key(there)):
                yield here, None
                here = next(found, None)
            elif here is None or self._key(there) < self._key(here):
                yield None, there
                there = next(expected, None)
            else:
                yield here, there
                here, there = next(found, None), next(expected, None)

    def _key(self, line: Line) -> tuple[str, ...]:
        return tuple(f"{cell:020}" if isinstance(cell, int) else str(cell) for cell in line[: self.keys])

    def _where(self, line: Line) -> str:
        return " ".join([self.what, *map(str, line[: self.keys])])

    def _lack(self, findings: Findings, here: Line | None, there: Line | None) -> None:
        line = here or there or ()
        findings.add(self.what, self._where(line), "there" if here else "missing", "there" if there else "nothing")

    def _differences(self, findings: Findings, here: Line, there: Line) -> None:
        for column, one, other in zip(self.columns, here, there, strict=True):
            # A repetition moves the place on without leaving a change in the log.
            if column == "place" and isinstance(one, str) and (other is None or one > str(other)):
                continue
            findings.expect(column, self._where(here), one, other)


DOCUMENTS = Sheet(
    "document",
    1,
    ("id", "collection", "version", "alive", "created", "current", "newest", "created_at", "digest", "ends", "place"),
)
NOTES = Sheet("annotation", 2, ("id", "step", "version", "step_version", "settled", "change", "digest"))
KEYS = Sheet("idempotency key", 1, ("key", "id", "version", "change", "digest", "outcome"))
SUPERSEDED = Sheet("replaced body", 1, ("change",))
COLLECTIONS = Sheet("collection", 1, ("name", "documents", "last_seq", "last_at"))
TENANT = Sheet("tenant", 1, ("name", "documents", "last_seq", "announced"))


def _said(cell: Cell) -> str:
    return cell.hex() if isinstance(cell, bytes) else "nothing" if cell is None else str(cell)
