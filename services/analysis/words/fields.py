"""The parts of a document that are read, and where in them a thing was found."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from shared.contracts.documents import Document

FieldName = Literal["title", "text"]


class Spot(NamedTuple):
    """Something found at `start` up to `end`, counted in characters; `value` is how it is written canonically."""

    kind: str
    start: int
    end: int
    value: str | None = None
    confidence: float = 1.0


Finder = Callable[[str], Iterator[Spot]]


def fields_of(document: Document) -> Sequence[tuple[FieldName, str]]:
    """Those that hold anything, the title first."""
    both: tuple[tuple[FieldName, str | None], ...] = (("title", document.title), ("text", document.text))
    return [(name, text) for name, text in both if text]


def without_overlaps(spots: Iterable[Spot]) -> list[Spot]:
    """In the order of the text. Of two that overlap, the one that was given first stays."""
    taken: list[Spot] = []
    covered = bytearray()
    for spot in spots:
        if len(covered) < spot.end:
            covered.extend(bytes(spot.end - len(covered)))
        if not any(covered[spot.start : spot.end]):
            covered[spot.start : spot.end] = b"\x01" * (spot.end - spot.start)
            taken.append(spot)
    return sorted(taken, key=lambda spot: spot.start)
