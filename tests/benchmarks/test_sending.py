"""Full rate ends with the clock, is bounded by what is committed, and counts what the database has."""

import asyncio

import pytest

from benchmarks import sending
from benchmarks.client import Client, connected
from benchmarks.sending import Backlog, Door, Load, during, store
from benchmarks.stage import Stage, WorkMissing
from tests.until import until

LOAD = Load("load", document_bytes=1_024, batch_count=10, in_flight=3)


def test_numbers_last_as_long_as_the_time() -> None:
    numbers = list(during(0.01))
    assert len(numbers) > 10
    assert numbers == list(range(len(numbers)))


def test_no_two_messages_have_a_document_in_common() -> None:
    payloads = [LOAD.payload(number) for number in range(3)]
    ids = {f'"load-{index}"' for index in range(30)}
    assert {id for id in ids for payload in payloads if id.encode() in payload} == ids
    assert all(abs(len(payload) - 10 * 1_024) < 500 for payload in payloads)


@pytest.mark.parametrize("door", ["docs", "put"])
async def test_all_documents_of_all_messages_are_committed(stage: Stage, door: Door) -> None:
    async with connected(stage) as client:
        stored = await store(stage, client, door, LOAD, range(7), seconds_max=5.0)
        assert stored.documents == await client.count(LOAD.collection) == 70
        assert stored.a_second == pytest.approx(70 / stored.seconds)


async def test_a_publisher_waits_until_half_of_its_backlog_is_committed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "BACKLOG_BYTES_MAX", 40 * LOAD.document_bytes)
    async with connected(stage) as client:
        backlog = Backlog(stage, client, LOAD, seconds_max=5.0)
        for _ in range(4):
            await backlog.admit(10)
        waiting = asyncio.create_task(backlog.admit(10))
        await publish(client, 0)
        await client.until_committed(10, LOAD.collection, seconds_max=5.0)
        assert not waiting.done()
        await publish(client, 1)
        await until(waiting.done)


async def test_a_backlog_that_is_never_committed_is_work_missing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "BACKLOG_BYTES_MAX", 40 * LOAD.document_bytes)
    async with connected(stage) as client:
        backlog = Backlog(stage, client, LOAD, seconds_max=0.1)
        await backlog.admit(40)
        with pytest.raises(WorkMissing, match="backlog"):
            await backlog.admit(1)


async def publish(client: Client, number: int) -> None:
    await client.publish(LOAD.collection, LOAD.payload(number))
