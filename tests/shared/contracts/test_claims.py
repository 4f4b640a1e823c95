"""Claims on the real store: the number goes on, however a claim has ended."""

from pathlib import Path

import pytest

from services.database.memory import MemoryStore
from services.database.sqlite.store import SqliteStore
from services.database.store import Expire, Store, Thin
from shared.contracts.claims import CLAIMS_COLLECTION, Claim, claim_id, claim_of, releasing, taking
from shared.errors import Conflict
from shared.shelf import Shelf
from tests.conformance.store.ground import HandClock
from tests.services.bot.commands.store_desk import StoreDesk


class Holder:
    def __init__(self, store: Store, clock: HandClock) -> None:
        self._shelf = Shelf(StoreDesk(clock=clock, store=store))

    async def take(self, holder: str) -> Claim:
        standing = await self._shelf.get("main", claim_id("T-17"))
        await self._shelf.put("main", taking("T-17", holder, 60, standing))
        return await self.standing()

    async def release(self, holder: str, number: int | None = None) -> None:
        standing = await self._shelf.get("main", claim_id("T-17"))
        assert await self._shelf.take("main", releasing("T-17", holder, standing, number))

    async def standing(self) -> Claim:
        document = await self._shelf.get("main", claim_id("T-17"))
        claim = None if document is None else claim_of(document)
        assert claim is not None
        return claim


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
async def test_the_number_goes_on_over_release_expiry_and_a_short_memory(kind: str, tmp_path: Path) -> None:
    clock = HandClock()
    store: Store = MemoryStore(clock) if kind == "memory" else await SqliteStore.open(tmp_path / "postil.db", clock)
    try:
        people = Holder(store, clock)
        numbers: list[int] = []
        for round_ in range(6):
            holder = f"p{round_}"
            numbers.append((await people.take(holder)).number)
            renewed = await people.take(holder)
            assert renewed.number == numbers[-1]
            with pytest.raises(Conflict, match=f"{holder} holds T-17 until"):
                await people.take("somebody else")
            if round_ % 2:
                await people.release(holder, renewed.number)
            else:
                clock.forward(60)
                await store.commit([Expire(10)])
            clock.forward(1)
            await store.commit([Thin(clock.now(), 1_000)])
        assert numbers == sorted(set(numbers))
        assert (await store.list("main", CLAIMS_COLLECTION, 10, 1_000, None)).total == 0
    finally:
        await store.close()


async def test_what_was_held_before_can_not_be_given_back() -> None:
    clock = HandClock()
    store = MemoryStore(clock)
    people = Holder(store, clock)
    first = await people.take("ada")
    await people.release("ada")
    second = await people.take("ada")
    with pytest.raises(Conflict, match=f"that claim is over; now ada holds T-17 .* the number {second.number}"):
        await people.release("ada", first.number)
    assert (await people.standing()) == second
