"""Whether index and store agree: whatever is done behind an index's back is found, and nothing else."""

import asyncio

import pytest
from pydantic import JsonValue

from services.database.search.index import Batch, Present
from services.database.search.index_set import FIGURES, NAMES, TEXT, VECTORS, Indexes
from shared.contracts.search import ExamineIndexes, RebuildIndexes
from tests.services.database.search.house import House, embedded


@pytest.fixture
async def filled(house: House) -> House:
    await house.write_all({f"d{no}": f"apple tree{no}" for no in range(12)}, author="ann")
    await house.put("own", "postil.things", text="of the house")
    await house.settled()
    return house


async def findings(house: House) -> dict[str, tuple[str, ...]]:
    examination = await house.bus.ask("main", ExamineIndexes())
    assert examination.documents_read == 13
    return {each.index: each.examples for each in examination.findings if "not as the store" in each.what}


async def mended(house: House, name: str) -> bool:
    await house.bus.ask("main", RebuildIndexes(names=(name,)))
    await house.settled()
    return await findings(house) == {}


async def test_a_document_that_is_missing_is_found_in_each_and_mended(filled: House) -> None:
    assert await findings(filled) == {}
    [lost] = (await filled.found("tree3", mode="text")).hits
    for name in NAMES:

        def lose(using: Indexes, name: str = name) -> None:
            no = next(no for no in using.text.numbers() if no % (1 << 40) == lost.document.seq)
            getattr(using, name).apply(Batch(0, (), [no]))

        await filled.behind_its_back(lose)
        assert await findings(filled) == {name: ("d3",)}
        assert await mended(filled, name)


async def test_one_too_many_and_one_that_differs_are_found(filled: House) -> None:
    ghost: dict[str, JsonValue] = {
        "id": "ghost",
        "collection": "news",
        "text": "boo",
        "version": 1,
        "seq": 9,
        "author": "ann",
    }
    ghost |= {"created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}
    note: dict[str, JsonValue] = {"step": "embedding", "version": 1, "status": "ok", "value": embedded("boo")}

    def change(using: Indexes) -> None:
        for index in using:
            newest = max(using.text.numbers())
            index.apply(Batch(0, [Present(newest + 1_000, ghost, {"embedding": note})]))

    await filled.behind_its_back(change)
    found = await findings(filled)
    assert set(found) == {TEXT, VECTORS, FIGURES}
    assert all("which is gone" in examples[0] for examples in found.values())
    for name in NAMES:
        await filled.bus.ask("main", RebuildIndexes(names=(name,)))
    await filled.settled()
    assert await findings(filled) == {}


async def test_nothing_is_found_while_documents_come_and_go(filled: House) -> None:
    stop = asyncio.Event()

    async def write() -> None:
        count = 0
        while not stop.is_set():
            count += 1
            await filled.write(f"d{count % 12}", f"apple {count}", author="bob")

    writing = asyncio.create_task(write())
    for _ in range(6):
        assert await findings(filled) == {}
    stop.set()
    await writing


async def test_a_tenant_without_documents_has_nothing_to_examine(filled: House) -> None:
    examination = await filled.bus.ask("nobody", ExamineIndexes())
    assert (examination.findings, examination.documents_read) == ((), 0)
