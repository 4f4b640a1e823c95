"""Somebody who has plain nats-py and the documentation, and nothing of ours."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import nats
from nats.aio.client import Client

from tests.until import until

Json = dict[str, Any]


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

    async def ask(self, verb: str, question: bytes | object, headers: dict[str, str] | None = None) -> Json:
        """The body of the reply; `errors` has its headers if it failed."""
        raw = question if isinstance(question, bytes) else json.dumps(question).encode()
        reply = await self.client.request(f"postil.{self.tenant}.{verb}", raw, timeout=10, headers=headers)
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
