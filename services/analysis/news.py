"""What the change feed brings: new versions of documents, and where something is missing between its numbers."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

import orjson

from shared.bus.wire import Delivery
from shared.contracts.house import is_kept_apart
from shared.contracts.message import tenant_and_address
from shared.errors import Invalid

TENANTS_MAX = 10_000


class _Change(TypedDict):
    """As much of a change as is looked at. What the database writes need not be checked field by field."""

    seq: int
    op: str
    collection: str
    id: str
    at: str
    document: object


@dataclass(frozen=True, slots=True)
class Arrival:
    """A document that was put. `json` is empty when it was announced without its body."""

    tenant: str
    id: str
    json: bytes


class News:
    def __init__(self, tenants: Iterable[str]) -> None:
        # The newest number of each; 0 for those of which nothing has been heard.
        self._last_seqs = dict.fromkeys(tenants, 0)
        # Tenants of which something was missed.
        self.gaps: set[str] = set()
        self.newest_at: datetime | None = None

    @property
    def tenants(self) -> Sequence[str]:
        return list(self._last_seqs)

    async def read(self, batch: Sequence[Delivery]) -> Sequence[Arrival]:
        """Of each document the newest version in the batch. Others have their turn after each message."""
        arrivals: dict[tuple[str, str], Arrival] = {}
        for delivery in batch:
            tenant, _ = tenant_and_address(delivery.subject)
            for change in self._changes(tenant, delivery.payload):
                arrivals.pop((tenant, change["id"]), None)
                if change["op"] == "put" and not is_kept_apart(change["collection"]):
                    document = change.get("document")
                    json = orjson.dumps(document) if document is not None else b""
                    arrivals[tenant, change["id"]] = Arrival(tenant, change["id"], json)
            await asyncio.sleep(0)
        return list(arrivals.values())

    def _changes(self, tenant: str, payload: bytes) -> Sequence[_Change]:
        try:
            changes: list[_Change] = orjson.loads(payload)
            relevant = [change for change in changes if change["op"] != "annotate"]
            if changes:
                self._follow(tenant, changes[0]["seq"], changes[-1]["seq"])
                self.newest_at = datetime.fromisoformat(changes[-1]["at"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Invalid(f"not an array of changes: {error}") from error
        return relevant

    def _follow(self, tenant: str, first_seq: int, last_seq: int) -> None:
        known_seq = self._last_seqs.get(tenant, 0)
        if known_seq and first_seq > known_seq + 1:
            self.gaps.add(tenant)
        if tenant not in self._last_seqs and len(self._last_seqs) == TENANTS_MAX:
            self._last_seqs.pop(next(iter(self._last_seqs)))
        self._last_seqs[tenant] = max(known_seq, last_seq)
