"""Group work that clocks itself."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from shared.runtime.batcher import Batcher, Calm
from tests.simulation.loop import Simulation, run_simulated


class Flushes:
    """A flush that can be held up, and remembers what it was given."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    async def __call__(self, items: Sequence[int]) -> Sequence[int | Exception]:
        self.batches.append(list(items))
        await self.may_go_on.wait()
        return [ValueError("odd") if item % 2 else item * 10 for item in items]


def batcher_over(flushes: Flushes, weight_max: int = 100) -> Batcher[int, int]:
    return Batcher(flushes, weight_max=weight_max, weigh=lambda item: 1 if item < 100 else item)


async def test_an_item_at_rest_is_flushed_alone_and_at_once() -> None:
    flushes = Flushes()
    assert await batcher_over(flushes).submit(2) == 20
    assert flushes.batches == [[2]]


async def test_what_arrives_during_a_flush_is_the_next_one_in_order() -> None:
    flushes = Flushes()
    batcher = batcher_over(flushes)
    flushes.may_go_on.clear()
    first = batcher.submit(0)
    await asyncio.wait([first], timeout=0)
    later = [batcher.submit(item) for item in (2, 4, 6)]
    assert batcher.waiting == 3
    flushes.may_go_on.set()
    assert await asyncio.gather(first, *later) == [0, 20, 40, 60]
    assert flushes.batches == [[0], [2, 4, 6]]


async def test_a_batch_stays_within_its_weight_but_a_heavy_item_goes_alone() -> None:
    flushes = Flushes()
    batcher = batcher_over(flushes, weight_max=3)
    results = await asyncio.gather(*(batcher.submit(item) for item in (2, 4, 6, 8, 500, 10)))
    assert results == [20, 40, 60, 80, 5000, 100]
    assert flushes.batches == [[2, 4, 6], [8], [500], [10]]


async def test_an_error_of_one_item_is_its_own() -> None:
    batcher = batcher_over(Flushes())
    good, bad = batcher.submit(2), batcher.submit(3)
    with pytest.raises(ValueError, match="odd"):
        await bad
    assert await good == 20


async def test_a_flush_that_fails_fails_everyone_in_it_and_no_one_after() -> None:
    calls = 0

    async def flush(items: Sequence[int]) -> Sequence[int]:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise OSError("gone")
        return list(items)

    batcher: Batcher[int, int] = Batcher(flush, weight_max=10, weigh=lambda _: 1)
    both = await asyncio.gather(batcher.submit(1), batcher.submit(2), return_exceptions=True)
    assert [str(error) for error in both] == ["gone", "gone"]
    assert await batcher.submit(3) == 3


async def test_a_waiter_that_gave_up_disturbs_nobody() -> None:
    flushes = Flushes()
    batcher = batcher_over(flushes)
    flushes.may_go_on.clear()
    gone, stays = batcher.submit(2), batcher.submit(4)
    gone.cancel()
    flushes.may_go_on.set()
    assert await stays == 40


async def test_drain_returns_when_all_have_their_results() -> None:
    batcher = batcher_over(Flushes(), weight_max=1)
    futures = [batcher.submit(item) for item in (2, 4, 6)]
    await batcher.drain()
    assert [future.result() for future in futures] == [20, 40, 60]
    assert batcher.waiting == 0


async def test_a_cancelled_flush_leaves_nobody_waiting() -> None:
    flushes = Flushes()
    batcher = batcher_over(flushes)
    flushes.may_go_on.clear()
    future = batcher.submit(2)
    await asyncio.wait([future], timeout=0)
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await future


async def test_an_item_submitted_as_soon_as_the_one_before_has_its_result_is_flushed_too() -> None:
    batcher = batcher_over(Flushes())
    assert [await batcher.submit(item) for item in (2, 4, 6)] == [20, 40, 60]


async def test_several_flushes_begin_in_order_and_no_more_than_allowed_at_a_time() -> None:
    flushes = Flushes()
    flushes.may_go_on.clear()
    batcher = Batcher(flushes, weight_max=2, weigh=lambda _: 1, flushes_max=2)
    futures = [batcher.submit(item) for item in (2, 4, 6, 8, 10)]
    await asyncio.wait(futures, timeout=0.01)
    assert flushes.batches == [[2, 4], [6, 8]]
    flushes.may_go_on.set()
    assert await asyncio.gather(*futures) == [20, 40, 60, 80, 100]
    assert flushes.batches == [[2, 4], [6, 8], [10]]


async def test_while_one_is_under_way_only_a_batch_that_is_half_full_goes_too() -> None:
    flushes = Flushes()
    flushes.may_go_on.clear()
    batcher = Batcher(flushes, weight_max=4, weigh=lambda _: 1, flushes_max=3)
    futures = [batcher.submit(0)]
    await asyncio.wait(futures, timeout=0)
    futures.append(batcher.submit(2))
    await asyncio.wait(futures, timeout=0.01)
    assert flushes.batches == [[0]]
    futures += [batcher.submit(item) for item in (4, 6)]
    await asyncio.wait(futures, timeout=0.01)
    assert flushes.batches == [[0], [2, 4, 6]]
    futures.append(batcher.submit(8))
    flushes.may_go_on.set()
    assert await asyncio.gather(*futures) == [0, 20, 40, 60, 80]
    assert flushes.batches == [[0], [2, 4, 6], [8]]


async def test_a_patient_item_waits_as_long_as_any_other_does() -> None:
    flushes = Flushes()
    flushes.may_go_on.clear()
    batcher = batcher_over(flushes, weight_max=2)
    futures = [batcher.submit(0)]
    await asyncio.wait(futures, timeout=0)
    futures += [batcher.submit(10, patient=True), batcher.submit(12, patient=True)]
    futures += [batcher.submit(item) for item in (2, 4, 6)]
    assert batcher.waiting == 5
    flushes.may_go_on.set()
    assert await asyncio.gather(*futures) == [0, 100, 120, 20, 40, 60]
    assert flushes.batches == [[0], [2, 4], [6], [10, 12]]


def with_patience(story: Callable[[Flushes, Batcher[int, int], Simulation], Awaitable[None]]) -> None:
    async def told(simulation: Simulation) -> None:
        flushes = Flushes()
        batcher = Batcher(flushes, weight_max=100, weigh=lambda _: 1, calm=Calm(seconds=1, seconds_max=10))
        await story(flushes, batcher, simulation)

    run_simulated(told, 1)


def test_a_patient_item_waits_until_nothing_has_come_for_a_while() -> None:
    async def story(flushes: Flushes, batcher: Batcher[int, int], simulation: Simulation) -> None:
        patient = batcher.submit(0, patient=True)
        for item in (2, 4, 6):
            assert await batcher.submit(item) == item * 10
            await asyncio.sleep(0.9)
        assert not patient.done()
        await asyncio.sleep(0.2)
        assert patient.done()
        assert flushes.batches == [[2], [4], [6], [0]]

    with_patience(story)


def test_an_item_that_does_not_want_to_wait_is_not_kept_by_one_that_does() -> None:
    async def story(flushes: Flushes, batcher: Batcher[int, int], simulation: Simulation) -> None:
        await batcher.submit(2)
        patient = batcher.submit(0, patient=True)
        await asyncio.sleep(0.5)
        begun = asyncio.get_running_loop().time()
        assert await batcher.submit(4) == 40
        assert asyncio.get_running_loop().time() == begun
        assert await patient == 0
        assert flushes.batches == [[2], [4], [0]]

    with_patience(story)


def test_under_a_load_that_never_ends_a_patient_item_has_its_turn() -> None:
    async def story(flushes: Flushes, batcher: Batcher[int, int], simulation: Simulation) -> None:
        await batcher.submit(2)
        patient = batcher.submit(0, patient=True)
        for _ in range(30):
            await batcher.submit(4)
            await asyncio.sleep(0.5)
        assert patient.done()
        # Once the ten seconds were over.
        assert flushes.batches.index([0]) in range(20, 24)

    with_patience(story)
