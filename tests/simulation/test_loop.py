"""Time that is made up, runs that repeat themselves, and a loop that says when it is stuck."""

import asyncio
from datetime import timedelta
from itertools import count

import pytest

from tests.simulation.loop import STARTED_AT, Simulation, Stuck, run_simulated, simulated


@simulated
async def test_waiting_moves_time_on_and_takes_none(simulation: Simulation) -> None:
    loop = asyncio.get_running_loop()
    assert loop.time() == 0
    assert simulation.clock.now() == STARTED_AT

    await asyncio.sleep(1_800.5)

    assert loop.time() == pytest.approx(1_800.5)
    assert simulation.clock.now() == STARTED_AT + timedelta(seconds=1_800.5)


@simulated
async def test_timers_ring_in_order(simulation: Simulation) -> None:
    rung: list[int] = []

    async def ring(seconds: int) -> None:
        await asyncio.sleep(seconds)
        rung.append(seconds)

    await asyncio.gather(*(ring(seconds) for seconds in (5, 1, 4, 2, 3)))

    assert rung == [1, 2, 3, 4, 5]


@simulated
async def test_time_stands_still_while_somebody_is_at_work(simulation: Simulation) -> None:
    async def work() -> float:
        for _ in range(1_000):
            await asyncio.sleep(0)
        return asyncio.get_running_loop().time()

    working = asyncio.create_task(work())
    await asyncio.sleep(1)

    assert working.result() == 0


@simulated
async def test_timeouts_are_in_simulated_time(simulation: Simulation) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(30):
            await asyncio.Event().wait()

    assert asyncio.get_running_loop().time() == pytest.approx(30)


def test_a_story_returns_what_it_found() -> None:
    async def story(simulation: Simulation) -> float:
        return simulation.chance.random()

    assert run_simulated(story, 1) == run_simulated(story, 1)
    assert run_simulated(story, 1) != run_simulated(story, 2)


def test_who_waits_for_ever_is_named() -> None:
    async def waits_for_nothing() -> None:
        await asyncio.Event().wait()

    async def story(simulation: Simulation) -> None:
        waiting = asyncio.create_task(waits_for_nothing())
        await asyncio.sleep(7)
        await waiting

    with pytest.raises(Stuck, match=r"waits_for_nothing > Event\.wait") as raised:
        run_simulated(story, 42)

    assert raised.value.__notes__ == ["simulation with seed 42, after 7.000 s"]


def test_a_story_that_does_not_end_is_stopped() -> None:
    async def story(simulation: Simulation) -> None:
        for _ in count():
            await asyncio.sleep(1)

    with pytest.raises(Stuck, match="not over after 61 simulated seconds"):
        run_simulated(story, 1, seconds_max=60)


def test_a_story_that_turns_on_the_spot_is_stopped() -> None:
    async def story(simulation: Simulation) -> None:
        for _ in count():
            await asyncio.sleep(0)

    with pytest.raises(Stuck, match=r"time stands still at 0\.000 s"):
        run_simulated(story, 1)


def test_an_exception_carries_its_seed() -> None:
    async def story(simulation: Simulation) -> None:
        await asyncio.sleep(2)
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken") as raised:
        run_simulated(story, 5)

    assert raised.value.__notes__ == ["simulation with seed 5, after 2.000 s"]


def test_an_exception_that_reaches_nobody_fails_the_run() -> None:
    def stumble() -> None:
        raise ValueError("stumbled")

    async def story(simulation: Simulation) -> None:
        asyncio.get_running_loop().call_later(1, stumble)
        await asyncio.sleep(2)

    with pytest.raises(ValueError, match="stumbled"):
        run_simulated(story, 1)


def test_what_is_left_over_is_ended_with_the_story() -> None:
    ended: list[str] = []

    async def lives_on() -> None:
        try:
            await asyncio.sleep(1_000)
        finally:
            ended.append("lives_on")

    async def story(simulation: Simulation) -> "asyncio.Task[None]":
        task = asyncio.create_task(lives_on())
        await asyncio.sleep(1)
        return task

    task = run_simulated(story, 1)

    assert task.cancelled()
    assert ended == ["lives_on"]


def test_who_waits_in_vain_while_it_ends_is_ended_all_the_same() -> None:
    ended: list[str] = []

    async def tidies_up() -> None:
        try:
            await asyncio.sleep(1_000)
        finally:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append("tidies_up")

    async def story(simulation: Simulation) -> "asyncio.Task[None]":
        task = asyncio.create_task(tidies_up())
        await asyncio.sleep(1)
        return task

    assert run_simulated(story, 1).cancelled()
    assert ended == ["tidies_up"]


def test_tasks_of_a_set_are_always_in_the_same_order() -> None:
    async def story(simulation: Simulation) -> list[int]:
        ended: list[int] = []

        async def end_late(number: int) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(number)

        async def fail() -> None:
            await asyncio.sleep(1)
            raise ValueError("all of them")

        async def together() -> None:
            async with asyncio.TaskGroup() as group:
                for number in simulation.chance.sample(range(50), 50):
                    group.create_task(end_late(number))
                group.create_task(fail())

        with pytest.raises(ExceptionGroup):
            await together()
        return ended

    runs = [run_simulated(story, 3) for _ in range(5)]

    assert all(run == runs[0] for run in runs)
    assert sorted(runs[0]) == list(range(50))
