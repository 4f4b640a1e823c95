"""A process that dies is started anew after a growing pause; one that is told to stop is gone afterwards."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from services.cli.keeper import Keeper, Running, in_words
from shared.errors import Unavailable
from shared.settings import UpSettings
from tests.until import until

QUICK = UpSettings(restart_seconds_min=0.01, restart_seconds_max=0.08, steady_seconds=60)
STEADY_AT_ONCE = QUICK.model_copy(update={"steady_seconds": 0.0})
LIVES = "exec sleep 60"
STUBBORN = "trap '' TERM; echo ready; while :; do sleep 0.02; done"

Start = Callable[[], Coroutine[None, None, Running]]


def shell(script: str) -> Start:
    async def start() -> Running:
        process = await asyncio.create_subprocess_exec("sh", "-c", script, stdout=asyncio.subprocess.PIPE)
        if script is STUBBORN:
            # Only now it is deaf to SIGTERM.
            assert process.stdout is not None
            await process.stdout.readline()
        return process

    return start


class Lives:
    """The pids that came and went."""

    def __init__(self) -> None:
        self.pids: list[int | None] = []

    @property
    def count(self) -> int:
        return sum(pid is not None for pid in self.pids)


@asynccontextmanager
async def kept(start: Start, settings: UpSettings = QUICK) -> AsyncIterator[tuple[Keeper, Lives]]:
    lives = Lives()
    keeper = Keeper("part", start, settings, lambda: lives.pids.append(keeper.pid))
    keeper.begin()
    hurry = asyncio.Event()
    hurry.set()
    try:
        yield keeper, lives
    finally:
        await keeper.stop(10, hurry)


async def test_what_is_killed_comes_back_as_another_process() -> None:
    async with kept(shell(LIVES)) as (keeper, lives):
        await until(lambda: keeper.pid is not None)
        first = keeper.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await until(lambda: keeper.pid not in (None, first))
        assert lives.pids == [first, None, keeper.pid]
        assert keeper.exit_code == -signal.SIGKILL


async def test_pauses_grow_while_it_dies_at_once() -> None:
    with capture_logs() as told:
        async with kept(shell("exit 3")) as (keeper, lives):
            await until(lambda: lives.count >= 6)
            assert keeper.exit_code == 3
    assert [event["again_in_seconds"] for event in told if "again_in_seconds" in event][:5] == [
        0.01,
        0.02,
        0.04,
        0.08,
        0.08,
    ]


async def test_who_was_steady_comes_back_after_the_first_pause() -> None:
    with capture_logs() as told:
        async with kept(shell("exit 3"), STEADY_AT_ONCE) as (_, lives):
            await until(lambda: lives.count >= 4)
    assert {event["again_in_seconds"] for event in told if "again_in_seconds" in event} == {0.01}


async def test_what_can_not_be_started_is_tried_again() -> None:
    tries = 0

    async def start() -> Running:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise FileNotFoundError("there is no such program")
        if tries == 2:
            raise Unavailable("the port is taken")
        return await shell(LIVES)()

    with capture_logs() as told:
        async with kept(start) as (keeper, _):
            await until(lambda: keeper.pid is not None)
    assert [event["because"] for event in told if "again_in_seconds" in event] == [
        "there is no such program",
        "the port is taken",
    ]


async def test_it_is_gone_when_stop_returns() -> None:
    async with kept(shell(LIVES)) as (keeper, _):
        await until(lambda: keeper.pid is not None)
        pid = keeper.pid
        assert pid is not None
        await keeper.stop(10, asyncio.Event())
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        assert keeper.exit_code == -signal.SIGTERM


async def test_who_does_not_stop_in_time_is_killed() -> None:
    async with kept(shell(STUBBORN)) as (keeper, _):
        await until(lambda: keeper.pid is not None)
        await keeper.stop(0.05, asyncio.Event())
        assert keeper.exit_code == -signal.SIGKILL


async def test_hurry_ends_the_waiting() -> None:
    async with kept(shell(STUBBORN)) as (keeper, _):
        await until(lambda: keeper.pid is not None)
        hurry = asyncio.Event()
        stopping = asyncio.create_task(keeper.stop(3600, hurry))
        await asyncio.wait({stopping}, timeout=0.05)
        assert not stopping.done()
        hurry.set()
        await stopping
        assert keeper.exit_code == -signal.SIGKILL


async def test_stopping_in_a_pause_does_not_wait_for_its_end() -> None:
    slow = QUICK.model_copy(update={"restart_seconds_min": 3600.0, "restart_seconds_max": 3600.0})
    async with kept(shell("exit 1"), slow) as (keeper, lives):
        await until(lambda: keeper.exit_code == 1)
        await keeper.stop(3600, asyncio.Event())
        assert lives.count == 1


async def test_stopping_while_it_is_being_started_ends_the_new_process() -> None:
    starting, go_on = asyncio.Event(), asyncio.Event()

    async def start() -> Running:
        starting.set()
        await go_on.wait()
        return await shell(LIVES)()

    async with kept(start) as (keeper, _):
        await starting.wait()
        stopping = asyncio.create_task(keeper.stop(3600, asyncio.Event()))
        await asyncio.wait({stopping}, timeout=0.02)
        go_on.set()
        await stopping
        assert keeper.exit_code == -signal.SIGTERM


async def test_a_fault_of_our_own_ends_the_keeping_and_is_raised() -> None:
    async def start() -> Running:
        raise TypeError("no process's fault")

    keeper = Keeper("part", start, QUICK, lambda: None)
    with pytest.raises(TypeError, match="no process's fault"):
        await keeper.begin()
    with pytest.raises(TypeError, match="no process's fault"):
        await keeper.stop(1, asyncio.Event())


@pytest.mark.parametrize(
    ("exit_code", "words"),
    [
        (0, "exit code 0"),
        (4, "exit code 4"),
        (-9, "SIGKILL"),
        (-15, "SIGTERM"),
        (-64, "SIGRTMAX"),
        (-200, "signal 200"),
    ],
)
def test_how_a_process_ended_is_told_in_words(exit_code: int, words: str) -> None:
    assert words in in_words(exit_code)
