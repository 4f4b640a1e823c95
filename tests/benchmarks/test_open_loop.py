"""Work begins at its moment whether or not it keeps up, and a latency runs from the moment that was meant."""

import asyncio
from itertools import pairwise, takewhile
from random import Random
from time import perf_counter

import pytest

from benchmarks.open_loop import Arrival, evenly, open_loop, poisson
from tests.until import until


def test_strangers_come_at_their_rate_by_chance() -> None:
    moments = poisson(2_000, 100.0, Random(7))
    assert len(moments) == 2_000
    assert moments == sorted(moments)
    assert moments[-1] == pytest.approx(20.0, rel=0.1)
    # Of exponential gaps, as many as one in e are longer than their mean.
    gaps = [after - before for before, after in pairwise(moments)]
    assert sum(gap > 0.01 for gap in gaps) / len(gaps) == pytest.approx(0.37, abs=0.04)


def test_the_schedule_is_that_of_its_seed() -> None:
    assert poisson(10, 5.0, Random(1)) == poisson(10, 5.0, Random(1))
    assert poisson(10, 5.0, Random(1)) != poisson(10, 5.0, Random(2))


def test_even_moments() -> None:
    assert evenly(4, 2.0) == [0.0, 0.5, 1.0, 1.5]


async def test_all_is_begun_in_order_and_never_too_early() -> None:
    begun: list[Arrival] = []

    async def work(arrival: Arrival) -> None:
        assert arrival.elapsed_seconds >= 0
        begun.append(arrival)

    moments = evenly(20, 1_000.0)
    flow = await open_loop(moments, work, seconds_max=5.0)
    assert [arrival.number for arrival in begun] == list(range(20))
    assert [arrival.meant_at - begun[0].meant_at for arrival in begun] == pytest.approx(moments)
    assert (len(flow.late), flow.unfinished) == (20, 0)


async def test_who_is_kept_waiting_does_not_keep_the_others_from_coming() -> None:
    all_there = asyncio.Event()
    waiting = 0

    async def work(_: Arrival) -> None:
        nonlocal waiting
        waiting += 1
        if waiting == 5:
            all_there.set()
        await all_there.wait()

    flow = await open_loop(evenly(5, 1_000.0), work, seconds_max=5.0)
    assert flow.unfinished == 0


async def test_a_stall_counts_for_all_that_should_have_come_during_it() -> None:
    elapsed: list[float] = []

    async def work(arrival: Arrival) -> None:
        if arrival.number == 0:
            _compute(0.05)
        elapsed.append(arrival.elapsed_seconds)

    flow = await open_loop(evenly(20, 1_000.0), work, seconds_max=5.0)
    # Each was to begin a millisecond after the one before, so each has waited a millisecond less.
    assert all(seconds >= 0.05 - number / 1_000 for number, seconds in enumerate(elapsed))
    # And that it was the sender who was late can be seen.
    assert flow.late.ms(50) >= 30.0


async def test_what_is_not_done_in_time_is_given_up_and_counted() -> None:
    given_up = 0

    async def work(arrival: Arrival) -> None:
        nonlocal given_up
        if arrival.number == 0:
            return
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            given_up += 1
            raise

    flow = await open_loop(evenly(4, 1_000.0), work, seconds_max=0.02)
    assert (flow.unfinished, given_up) == (3, 3)


async def test_what_goes_wrong_is_raised() -> None:
    async def work(arrival: Arrival) -> None:
        if arrival.number == 1:
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await open_loop(evenly(3, 1_000.0), work, seconds_max=5.0)


async def test_it_ends_when_no_moment_follows() -> None:
    begun: list[int] = []

    async def work(arrival: Arrival) -> None:
        begun.append(arrival.number)

    moments = takewhile(lambda _: not begun, evenly(5_000, 1_000.0))
    flow = await open_loop(moments, work, seconds_max=5.0)
    assert 1 <= len(begun) == len(flow.late) < 5_000


async def test_it_can_be_given_up_in_the_midst_of_it() -> None:
    begun = 0

    async def work(_: Arrival) -> None:
        nonlocal begun
        begun += 1

    looping = asyncio.create_task(open_loop([0.0, 3_600.0], work, seconds_max=5.0))
    await until(lambda: begun == 1)
    looping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looping


def _compute(seconds: float) -> None:
    """Keeps the event loop from everything else."""
    until = perf_counter() + seconds
    while perf_counter() < until:
        pass
