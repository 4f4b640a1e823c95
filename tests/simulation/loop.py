"""An event loop whose time is not the world's: when nothing is left to do, it goes straight to the next timer.

So a minute of waiting costs nothing, and the same seed gives the same run, to the order of every callback. What it
can't run is what happens outside of it: sockets, subprocesses, threads.
"""

import asyncio
import random
import selectors
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TypeVar

from shared.clock import from_milliseconds, to_milliseconds

T = TypeVar("T")

STARTED_AT = datetime(2026, 1, 1, tzinfo=UTC)

# Turns of the loop without time going on: far more than honest work takes.
TURNS_MAX = 1_000_000


class Stuck(Exception):
    """The simulation will never end, or not in its time."""


class SimulatedLoop(asyncio.SelectorEventLoop):
    def __init__(self, seconds_max: float) -> None:
        self._leap = _Leap(seconds_max, self._who_waits)
        self._numbers = count()
        self._failures: list[BaseException] = []
        super().__init__(self._leap)
        self.set_task_factory(self._new_task)
        self.set_exception_handler(self._note_failure)

    def time(self) -> float:
        return self._leap.seconds

    def raise_failure(self) -> None:
        """Raise the first exception that reached nobody."""
        for failure in self._failures:
            raise failure

    def _new_task(
        self,
        loop: asyncio.AbstractEventLoop,
        coroutine: Coroutine[object, object, T] | Generator[asyncio.Future[object] | None, None, T],
        context: Context | None = None,
    ) -> "_NumberedTask[T]":
        return _NumberedTask(next(self._numbers), coroutine, loop, context)

    def _note_failure(self, loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        failure = context.get("exception")
        self._failures.append(failure if isinstance(failure, BaseException) else RuntimeError(str(context["message"])))

    def _who_waits(self) -> str:
        waiting = sorted(f"{task.get_name()} in {task.get_stack(limit=1)}" for task in asyncio.all_tasks(self))
        return "; ".join(waiting)


@dataclass(frozen=True, slots=True)
class SimulatedClock:
    """The loop's time as moments, to the millisecond, as the store keeps them."""

    loop: asyncio.AbstractEventLoop

    def now(self) -> datetime:
        return from_milliseconds(to_milliseconds(STARTED_AT + timedelta(seconds=self.loop.time())))


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a story is given: everything in it that differs between runs comes from `chance`."""

    seed: int
    chance: random.Random
    clock: SimulatedClock


def run_simulated(
    story: Callable[[Simulation], Coroutine[object, object, T]], seed: int, *, seconds_max: float = 3_600.0
) -> T:
    """Run a story from its seed to its end. An exception that nobody awaited fails it, too."""
    loop = SimulatedLoop(seconds_max)
    simulation = Simulation(seed, random.Random(seed), SimulatedClock(loop))
    try:
        with asyncio.Runner(debug=False, loop_factory=lambda: loop) as runner:
            result = runner.run(story(simulation))
        loop.raise_failure()
    except BaseException as error:
        error.add_note(f"simulation with seed {seed}, after {loop.time():.3f} s")
        raise
    return result


class _NumberedTask(asyncio.Task[T]):
    """A set of tasks, such as a task group keeps, has the same order in every run: not that of addresses in memory."""

    def __init__(
        self,
        number: int,
        coroutine: Coroutine[object, object, T] | Generator[asyncio.Future[object] | None, None, T],
        loop: asyncio.AbstractEventLoop,
        context: Context | None,
    ) -> None:
        self._number = number
        super().__init__(coroutine, loop=loop, context=context)

    def __hash__(self) -> int:
        return self._number


class _Leap(selectors.SelectSelector):
    """Where a loop would wait for the world, this moves its time on."""

    def __init__(self, seconds_max: float, who_waits: Callable[[], str]) -> None:
        super().__init__()
        self.seconds = 0.0
        self._seconds_max = seconds_max
        self._who_waits = who_waits
        self._turns = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise Stuck(f"nothing is due, and these wait for ever: {self._who_waits()}")
        if timeout > 0:
            self.seconds += timeout
            self._turns = 0
        self._turns += 1
        if self._turns > TURNS_MAX:
            raise Stuck(f"time stands still at {self.seconds:.3f} s, and these are at it: {self._who_waits()}")
        if self.seconds > self._seconds_max:
            self._seconds_max += self._seconds_max
            raise Stuck(f"not over after {self.seconds:.0f} simulated seconds: {self._who_waits()}")
        return []
