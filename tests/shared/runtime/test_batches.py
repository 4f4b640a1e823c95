"""The failure rule."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Sequence

import pytest

from shared.bus.wire import Delivery
from shared.errors import Invalid, Unavailable
from shared.runtime.batches import BatchLoop
from shared.runtime.patience import Patience
from tests.shared.runtime.fakes import Graveyard, ScriptedInlet, delivery, numbers
from tests.until import until

Handle = Callable[[Sequence[Delivery]], Awaitable[object]]


def loop_over(inlet: ScriptedInlet, handle: Handle, graveyard: Graveyard | None = None) -> BatchLoop:
    bury = (graveyard or Graveyard()).bury
    return BatchLoop(inlet, handle, bury, Patience(0.001, 0.002), count_max=10, bytes_max=1_000)


async def run_until_acknowledged(loop: BatchLoop, inlet: ScriptedInlet, count: int) -> None:
    running = asyncio.create_task(loop.run())
    await until(lambda: len(inlet.acknowledged) >= count)
    loop.stop()
    await running


async def test_what_was_done_is_acknowledged_afterwards() -> None:
    inlet = ScriptedInlet([delivery(1), delivery(2)], [delivery(3)])
    done: list[int] = []

    async def handle(batch: Sequence[Delivery]) -> None:
        assert not set(numbers(batch)) & set(inlet.acknowledged)
        done.extend(numbers(batch))

    loop = loop_over(inlet, handle)
    await run_until_acknowledged(loop, inlet, 3)
    assert done == inlet.acknowledged == [1, 2, 3]
    assert (loop.taken, loop.holding, inlet.stopped) == (3, 0, True)


async def test_a_batch_is_held_in_its_order_while_somebody_is_away() -> None:
    inlet = ScriptedInlet([delivery(1)], [delivery(2)])
    tried: list[tuple[int, int]] = []

    async def handle(batch: Sequence[Delivery]) -> None:
        tried.append((numbers(batch)[0], batch[0].attempts))
        if len(tried) < 4:
            raise Unavailable("the database is away")

    await run_until_acknowledged(loop_over(inlet, handle), inlet, 2)
    assert tried == [(1, 1), (1, 2), (1, 3), (1, 4), (2, 1)]


async def test_one_culprit_is_buried_and_its_neighbours_are_done() -> None:
    inlet = ScriptedInlet([delivery(number) for number in range(1, 9)])
    graveyard = Graveyard()
    done: list[int] = []

    async def handle(batch: Sequence[Delivery]) -> None:
        if 6 in numbers(batch):
            raise Invalid("six is bad")
        done.extend(numbers(batch))

    await run_until_acknowledged(loop_over(inlet, handle, graveyard), inlet, 8)
    assert done == [1, 2, 3, 4, 5, 7, 8]
    assert graveyard.reasons == {6: "six is bad"}


async def test_what_only_the_operator_should_read_stays_out_of_the_letter() -> None:
    inlet = ScriptedInlet([delivery(1)])
    graveyard = Graveyard()

    async def handle(batch: Sequence[Delivery]) -> None:
        raise ZeroDivisionError("password=hunter2")

    await run_until_acknowledged(loop_over(inlet, handle, graveyard), inlet, 1)
    assert "hunter2" not in graveyard.reasons[1]
    assert "log" in graveyard.reasons[1]


async def test_a_letter_waits_until_it_can_be_written() -> None:
    inlet = ScriptedInlet([delivery(1)])
    graveyard = Graveyard(Unavailable("no broker"), Unavailable("no broker"))

    async def handle(batch: Sequence[Delivery]) -> None:
        raise Invalid("bad")

    await run_until_acknowledged(loop_over(inlet, handle, graveyard), inlet, 1)
    assert graveyard.reasons == {1: "bad"}


async def test_an_acknowledgement_that_can_not_be_sent_is_sent_later_without_doing_the_work_again() -> None:
    inlet = ScriptedInlet([delivery(1)])
    inlet.ack_errors.append(Unavailable("no broker"))
    done: list[int] = []

    async def handle(batch: Sequence[Delivery]) -> None:
        done.extend(numbers(batch))

    await run_until_acknowledged(loop_over(inlet, handle), inlet, 1)
    assert done == [1]


async def test_stopping_while_somebody_is_away_gives_the_batch_back_unacknowledged() -> None:
    inlet = ScriptedInlet([delivery(1)])
    tried = asyncio.Event()

    async def handle(batch: Sequence[Delivery]) -> None:
        tried.set()
        raise Unavailable("away")

    loop = BatchLoop(inlet, handle, Graveyard().bury, Patience(3600, 3600), count_max=1, bytes_max=1)
    running = asyncio.create_task(loop.run())
    await tried.wait()
    loop.stop()
    await running
    assert (inlet.acknowledged, inlet.stopped, loop.taken) == ([], True, 0)


async def test_stopping_lets_the_batch_in_hand_be_finished() -> None:
    inlet = ScriptedInlet([delivery(1)], [delivery(2)])
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def handle(batch: Sequence[Delivery]) -> None:
        begun.set()
        await go_on.wait()

    loop = loop_over(inlet, handle)
    running = asyncio.create_task(loop.run())
    await begun.wait()
    loop.stop()
    go_on.set()
    await running
    assert inlet.acknowledged == [1]
    assert len(inlet.batches) == 1


async def test_a_second_batch_may_be_in_hand_and_a_third_may_not() -> None:
    inlet = ScriptedInlet([delivery(1)], [delivery(2)], [delivery(3)])
    begun: list[int] = []
    may_go_on = asyncio.Event()

    async def handle(batch: Sequence[Delivery]) -> None:
        begun.extend(numbers(batch))
        await may_go_on.wait()

    loop = BatchLoop(inlet, handle, Graveyard().bury, Patience(1, 1), count_max=10, bytes_max=1_000, batches_max=2)
    running = asyncio.create_task(loop.run())
    await until(lambda: begun == [1, 2])
    for _ in range(10):
        await asyncio.wait([running], timeout=0)
    assert (begun, loop.holding) == ([1, 2], 2)
    may_go_on.set()
    await until(lambda: sorted(inlet.acknowledged) == [1, 2, 3])
    loop.stop()
    await running
    assert (loop.taken, loop.holding) == (3, 0)


async def test_when_it_is_told_to_stop_what_can_be_finished_is_and_the_rest_goes_back() -> None:
    inlet = ScriptedInlet([delivery(1)], [delivery(2)])
    tried: list[int] = []
    may_go_on = asyncio.Event()

    async def handle(batch: Sequence[Delivery]) -> None:
        tried.extend(numbers(batch))
        if numbers(batch) == [1]:
            raise Unavailable("the database is away")
        await may_go_on.wait()

    loop = BatchLoop(inlet, handle, Graveyard().bury, Patience(60, 60), count_max=10, bytes_max=1_000, batches_max=2)
    running = asyncio.create_task(loop.run())
    await until(lambda: tried == [1, 2])
    loop.stop()
    may_go_on.set()
    await running
    assert (inlet.acknowledged, inlet.stopped) == ([2], True)


async def test_two_batches_that_wait_for_somebody_both_go_back() -> None:
    inlet = ScriptedInlet([delivery(1)], [delivery(2)])
    tried: list[int] = []

    async def handle(batch: Sequence[Delivery]) -> None:
        tried.extend(numbers(batch))
        raise Unavailable("the database is away")

    loop = BatchLoop(inlet, handle, Graveyard().bury, Patience(60, 60), count_max=10, bytes_max=1_000, batches_max=2)
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    running = asyncio.create_task(loop.run())
    await until(lambda: tried == [1, 2])
    loop.stop()
    await running
    del running
    gc.collect()
    assert (inlet.acknowledged, inlet.stopped, complaints) == ([], True, [])


async def test_a_failure_that_nobody_has_foreseen_ends_the_loop_though_nothing_more_comes() -> None:
    class BrokenInlet(ScriptedInlet):
        async def ack(self, deliveries: Sequence[Delivery]) -> None:
            raise ZeroDivisionError("the inlet is broken")

    async def handle(batch: Sequence[Delivery]) -> None:
        assert numbers(batch) == [1]

    inlet = BrokenInlet([delivery(1)])
    loop = BatchLoop(inlet, handle, Graveyard().bury, Patience(1, 1), count_max=10, bytes_max=1_000, batches_max=2)
    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(loop.run(), 5)
    assert inlet.stopped
