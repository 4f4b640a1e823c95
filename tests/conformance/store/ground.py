"""What the suite does to a store, in few words."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol, cast

from pydantic import JsonValue

from services.database.store import Annotate, Answer, Commit, Delete, Expire, Save, Store, StoredChange, Thin
from shared.clock import from_milliseconds
from shared.contracts.annotations import AnnotateOutcome, Annotation
from shared.contracts.changes import Change
from shared.contracts.documents import Deleted, Document, Draft
from shared.contracts.problem import Problem
from shared.contracts.saving import Receipt, Sealed, seal
from shared.errors import PostilError

TENANT = "main"
BYTES_MAX = 10_000_000


class HandClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self._now = from_milliseconds(1_700_000_000_000)

    def now(self) -> datetime:
        return self._now

    def forward(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


class _Given(Protocol):
    def __call__(self, id: str, collection: str = "news", /, **fields: JsonValue) -> Sealed: ...


def _draft(id: str, collection: str = "news", /, **fields: JsonValue) -> Sealed:
    place = fields.pop("place", None)
    return seal(Draft.decode(json.dumps(fields).encode()), id, collection, None if place is None else str(place))


draft: _Given = _draft


def note(id: str, version: int, step: str = "mood", /, **fields: JsonValue) -> Annotation:
    return Annotation.model_validate_json(json.dumps({"id": id, "version": version, "step": step, **fields}))


class Ground:
    def __init__(self, store: Store, clock: HandClock) -> None:
        self.store = store
        self.clock = clock

    async def commit(self, *works: Save | Delete | Annotate | Expire | Thin) -> Commit:
        return await self.store.commit(works)

    async def one(self, work: Save | Delete | Annotate | Expire | Thin) -> Answer:
        return (await self.store.commit([work])).answers[0]

    async def save(self, *drafts: Sealed, tenant: str = TENANT) -> Sequence[Receipt]:
        return cast(Sequence[Receipt], await self.one(Save(tenant, drafts)))

    async def put(self, id: str, collection: str = "news", /, **fields: JsonValue) -> Receipt:
        return (await self.save(draft(id, collection, **fields)))[0]

    async def delete(self, id: str, if_version: int | None = None, *, erase: bool = False) -> Deleted:
        answer = await self.one(Delete(TENANT, id, if_version, erase))
        if isinstance(answer, PostilError):
            raise answer
        return cast(Deleted, answer)

    async def annotate(self, *notes: Annotation) -> Sequence[AnnotateOutcome]:
        return cast(Sequence[AnnotateOutcome], await self.one(Annotate(TENANT, notes)))

    async def get(self, id: str, at: int | datetime | None = None) -> Document:
        return Document.decode(await self.store.get(TENANT, id, at))

    async def listed(self, collection: str | None = None) -> list[str]:
        """The ids of all pages, in small steps."""
        ids: list[str] = []
        after: str | None = None
        while True:
            page = await self.store.list(TENANT, collection, 3, BYTES_MAX, after)
            ids += [Document.decode(item).id for item in page.items]
            after = page.next
            if after is None:
                assert page.total == len(ids)
                return ids

    async def recent(self, collection: str = "news", limit: int = 100) -> list[str]:
        items = await self.store.recent(TENANT, collection, limit, BYTES_MAX)
        return [Document.decode(item).id for item in items]

    async def log(self, tenant: str = TENANT) -> list[Change]:
        rows = await self.store.changes(tenant, 0, None, 10_000, BYTES_MAX)
        return [decoded(change) for change in rows.items]


def decoded(change: StoredChange) -> Change:
    decoded = Change.decode(change.json)
    assert (decoded.seq, decoded.collection) == (change.seq, change.collection)
    return decoded


def refusal(saved: Receipt | AnnotateOutcome) -> str:
    """The kind of error that a draft or a note was refused with."""
    assert saved.error is not None
    return kind_of(saved.error)


def kind_of(problem: Problem) -> str:
    return problem.error().kind
