"""Somebody who has plain nats-py and the documentation, and nothing of ours."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import nats
from nats.aio.client import Client
from nats.aio.subscription import Subscription

from tests.until import until

Json = dict[str, Any]

# What is said about every document, and what about a ticket beside it.
FAST = {
    "embedding",
    "entities",
    "fingerprint",
    "keywords",
    "language",
    "secrets",
    "sentiment",
    "similar",
    "stats",
}
SLOW = {"summary", "synthesis"}
ANNOTATED_SECONDS_MAX = 30.0


class Stranger:
    def __init__(self, client: Client, tenant: str) -> None:
        self.client = client
        self.tenant = tenant
        self.errors: Mapping[str, str] = {}

    async def publish(
        self, payload: bytes | object, collection: str = "notes", headers: dict[str, str] | None = None
    ) -> int:
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        subject = f"postil.{self.tenant}.docs.{collection}"
        return (await self.client.jetstream().publish(subject, raw, headers=headers)).seq

    async def ask(
        self, verb: str, question: bytes | object, headers: dict[str, str] | None = None, seconds_max: float = 10
    ) -> Json:
        """The body of the reply; `errors` has its headers if it failed."""
        raw = question if isinstance(question, bytes) else json.dumps(question).encode()
        subject = f"postil.{self.tenant}.{verb}"
        reply = await self.client.request(subject, raw, timeout=seconds_max, headers=headers)
        self.errors = {name: value for name, value in (reply.headers or {}).items() if "Error" in name}
        body: Json = json.loads(reply.data)
        return body

    async def documents(self, count: int, collection: str = "notes") -> list[Json]:
        """All of a collection, once that many are there."""

        async def there() -> bool:
            return bool((await self.ask("list", {"collection": collection}))["total"] >= count)

        await until(there)
        items: list[Json] = (await self.ask("list", {"collection": collection}))["items"]
        assert len(items) == count
        return items

    async def notes(self, id: str, steps: set[str], version: int = 1) -> dict[str, Json]:
        """What is written in the margin of this version, by step, once all of these have said something."""
        notes: dict[str, Json] = {}

        async def there() -> bool:
            document = await self.ask("get", {"id": id})
            now = {note["step"]: note for note in document.get("annotations", ()) if note["version"] == version}
            notes.clear()
            notes.update(now)
            return steps <= notes.keys()

        await until(there, seconds_max=ANNOTATED_SECONDS_MAX)
        return notes

    async def find(self, question: Json) -> list[str]:
        """The ids, the best one first."""
        found = await self.ask("search", question)
        assert not self.errors, found
        return [hit["id"] for hit in found["hits"]]

    async def until_found(self, question: Json, ids: Sequence[str]) -> None:
        """What has just been stored takes a moment to be found; and what was deleted, to be forgotten."""

        async def found() -> bool:
            return sorted(await self.find(question)) == sorted(ids)

        await until(found)

    async def listening(self, subject: str) -> Subscription:
        """To whatever is said from now on."""
        subscription = await self.client.subscribe(f"postil.{self.tenant}.{subject}")
        await self.client.flush()
        return subscription

    async def letters(self, count: int) -> list[Json]:
        """The dead letters, once that many are there."""
        subscription = await self.client.jetstream().subscribe(f"postil.{self.tenant}.dead", ordered_consumer=True)
        letters = [json.loads((await subscription.next_msg(timeout=10)).data) for _ in range(count)]
        await subscription.unsubscribe()
        return letters


@asynccontextmanager
async def introduced(url: str, tenant: str) -> AsyncIterator[Stranger]:
    client = await nats.connect(url)
    try:
        yield Stranger(client, tenant)
    finally:
        await client.close()
