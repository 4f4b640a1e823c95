"""What the indexes have in common: they are told what has become of documents, never what was done to them.

A batch holds every document that a stretch of the log has touched, as it is at the end of it. So applying a batch a
second time, or a longer one that begins earlier, leads to the same index.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import JsonValue

Json = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Present:
    """A document as it is now. `no` is the store's number of it: smaller is older; one that was deleted and put again
    has another."""

    no: int
    document: Json
    # By step. Those of an older version of the document are in it, too: each says which version it is of.
    notes: Mapping[str, Json]

    @property
    def id(self) -> str:
        return str(self.document["id"])

    @property
    def collection(self) -> str:
        return str(self.document["collection"])


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything that is different after change `until_seq`."""

    until_seq: int
    present: Sequence[Present]
    # Numbers that no document has any more.
    gone: Sequence[int] = ()


class Index(Protocol):
    """Of one tenant. `apply` and `commit` are called from one thread; everything else from others at the same time."""

    def apply(self, batch: Batch) -> None:
        """Take it in. Documents of the house are in it as well: most indexes leave them out."""

    def commit(self) -> None:
        """Make what was applied durable, and visible to those who ask from now on."""

    def numbers(self) -> Iterator[int]:
        """Of every document in it."""

    def states(self, numbers: Sequence[int]) -> dict[int, int]:
        """By number, what the index has of a document, in one number; its module's `state_of` tells what it should
        have."""

    @property
    def documents(self) -> int: ...

    @property
    def bytes(self) -> int: ...

    def close(self) -> None: ...


class Outdated(Exception):
    """The files of an index are damaged, or of another form: it has to be built anew."""
