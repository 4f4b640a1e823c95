"""How an import is getting on: what has become of the rows, and how far it has come."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from shared.contracts.message import Contract


class Counts(Contract):
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0

    @property
    def rows(self) -> int:
        return self.created + self.updated + self.unchanged + self.rejected

    def plus(self, more: Mapping[str, int]) -> "Counts":
        return Counts(**{name: getattr(self, name) + more.get(name, 0) for name in Counts.model_fields})


@dataclass(frozen=True, slots=True)
class Reached:
    """The place up to which every row is committed or rejected."""

    file: int
    offset: int
    number: int
    fingerprint: str


class Progress(Protocol):
    """Whoever shows it."""

    def came_to(self, reached: Reached, counts: Counts) -> None: ...

    def waits(self, because: str) -> None: ...
