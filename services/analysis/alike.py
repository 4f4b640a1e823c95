"""Asking what resembles documents, and remembering those that this process has had in hand a moment ago.

The search index is behind by the time of a commit or two, and the documents of one batch are not in it yet. The memory
is bounded in every direction: documents of a tenant, tenants, seconds. What is older is left to the index, which also
knows what was deleted meanwhile.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from threading import Lock
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from services.analysis.step import Desk
from shared.clock import to_milliseconds
from shared.contracts.documents import Document
from shared.contracts.search import Neighbourhood, Unplaced
from shared.errors import Unavailable

ITEMS_IN_REQUEST_MAX = 64
SHELVES_MAX = 16
DOCUMENTS_MAX = 2_048
BYTES_MAX = 2 * 1024**2
# After it the index is sure to have them, unless it is far behind.
SECONDS_MAX = 60.0

NOT_ASKED = "the search index does not answer"

NumberT = TypeVar("NumberT", np.float32, np.uint32)
Places = NDArray[np.intp]
_NEVER = np.iinfo(np.int64).max


class Shelf(Generic[NumberT]):
    """The newest documents of one kind: a column of numbers for each, and the cluster it is in."""

    def __init__(self, numbers: int, kind: type[NumberT]) -> None:
        self.size = min(DOCUMENTS_MAX, max(ITEMS_IN_REQUEST_MAX, BYTES_MAX // (numbers * np.dtype(kind).itemsize)))
        self.columns: NDArray[NumberT] = np.zeros((numbers, self.size), dtype=kind)
        self.ids = [""] * self.size
        self.clusters = [""] * self.size
        self._place_of: dict[str, int] = {}
        self._next = 0
        self._created = np.full(self.size, _NEVER, dtype=np.int64)
        self._seq = np.full(self.size, _NEVER, dtype=np.int64)
        self._until = np.zeros(self.size, dtype=np.float64)

    def put(self, document: Document, column: NDArray[NumberT], cluster: str, until: float) -> None:
        """In place of its own older version, or else of the oldest."""
        place = self._place_of.get(document.id)
        if place is None:
            place, self._next = self._next, (self._next + 1) % self.size
            self._place_of.pop(self.ids[place], None)
            self._place_of[document.id] = place
            self.ids[place] = document.id
            self._created[place] = self._seq[place] = _NEVER
        created, seq = _age(document)
        self._created[place] = created
        # A newer version has a later number, yet the document was there before.
        self._seq[place] = min(seq, int(self._seq[place]))
        self.columns[:, place] = column
        self.clusters[place] = cluster
        self._until[place] = until

    def earlier(self, document: Document, now: float) -> NDArray[np.bool_]:
        """Which places hold a document that was there before this one. Never its own."""
        created, seq = _age(document)
        own = self._place_of.get(document.id)
        if own is not None:
            seq = min(seq, int(self._seq[own]))
        before: NDArray[np.bool_] = (self._created < created) | ((self._created == created) & (self._seq < seq))
        before &= self._until > now
        if own is not None:
            before[own] = False
        return before

    def oldest(self, places: Places) -> int:
        return int(places[np.lexsort((self._seq[places], self._created[places]))[0]])


class Recent(Generic[NumberT]):
    """Shelves by whatever keeps documents apart, of which those that were used last are kept. Ask for one under `lock`:
    threads share it."""

    def __init__(self, kind: type[NumberT], monotonic: Callable[[], float] = time.monotonic) -> None:
        self.lock = Lock()
        self._kind: type[NumberT] = kind
        self._monotonic = monotonic
        self._shelves: OrderedDict[Hashable, Shelf[NumberT]] = OrderedDict()

    def now(self) -> float:
        return self._monotonic()

    def shelf(self, key: Hashable, numbers: int) -> Shelf[NumberT]:
        shelf = self._shelves.pop(key, None) or Shelf(numbers, self._kind)
        self._shelves[key] = shelf
        while len(self._shelves) > SHELVES_MAX:
            self._shelves.popitem(last=False)
        return shelf


async def neighbourhoods(
    desk: Desk, tenant: str, items: Sequence[Unplaced], model: str | None = None
) -> Mapping[str, Neighbourhood] | None:
    """By id; None if there is nobody to ask."""
    found: dict[str, Neighbourhood] = {}
    try:
        for at in range(0, len(items), ITEMS_IN_REQUEST_MAX):
            some = await desk.alike(tenant, items[at : at + ITEMS_IN_REQUEST_MAX], model)
            found |= {each.id: each for each in some}
    except Unavailable:
        return None
    return found


def _age(document: Document) -> tuple[int, int]:
    return to_milliseconds(document.created_at), document.seq
