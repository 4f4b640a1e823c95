"""An event loop whose time is not the world's: when nothing is left to do, it goes straight to the next timer.

So a minute of waiting costs nothing, and the same seed gives the same run, to the order of every callback. What it
can't run is what happens outside of it: sockets, subprocesses, threads.
"""

import asyncio
import math
import random
import selectors
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from types import CoroutineType
from typing import Any, TypeVar

from shared.clock import from_milliseconds, to_milliseconds

T = TypeVar("T")

STARTED_AT = datetime(2026, 1, 1, tzinfo=UTC)

# Turns of the loop without time going on: far more than honest work takes.
TURNS_MAX = 200_000


class Stuck(Exception):
    """The simulation will never end, or not in its time."""


class SimulatedLoop(asyncio.SelectorEventLoop):
    def __init__(self, seconds_max: float) -> None:
        self._leap = _Leap(seconds_max, self._who_waits)
        self._numbers = count()
        self._failures: list[BaseException] = []
        self._tasks: list[asyncio.Future[Any]] = []
        self._tidy_at = 1_000
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
        task = _NumberedTask(next(self._numbers), coroutine, loop, context)
        self._remember(task)
        return task

    def _remember(self, task: "asyncio.Task[T]") -> None:
        """Or the garbage collector would end, whenever it likes, who waits for somebody who is gone."""
        self._tasks.append(task)
        if len(self._tasks) >= self._tidy_at:
            self._tasks = [known for known in self._tasks if not known.done()]
            self._tidy_at = 2 * len(self._tasks) + 1_000

    def _note_failure(self, loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        failure = context.get("exception")
        self._failures.append(failure if isinstance(failure, BaseException) else RuntimeError(str(context["message"])))

    def _who_waits(self) -> str:
        return "; ".join(sorted(_place_of(task) for task in asyncio.all_tasks(self)))


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


Story = Callable[[Simulation], Coroutine[object, object, T]]


def run_simulated(story: Story[T], seed: int, *, seconds_max: float = 3_600.0) -> T:
    """Run a story from its seed to its end. An exception that nobody awaited fails it, too."""
    loop = SimulatedLoop(seconds_max)
    simulation = Simulation(seed, random.Random(seed), SimulatedClock(loop))

    async def tell() -> T:
        try:
            return await story(simulation)
        finally:
            await _end_all_others()

    try:
        with asyncio.Runner(debug=False, loop_factory=lambda: loop) as runner:
            result = runner.run(tell())
        loop.raise_failure()
    except BaseException as error:
        error.add_note(f"simulation with seed {seed}, after {loop.time():.3f} s")
        raise
    return result


async def _end_all_others() -> None:
    """Also those that still tidy up when they are cancelled, and wait in vain for somebody who is gone."""
    while others := [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]:
        for task in others:
            task.cancel()
        await asyncio.sleep(0)


def simulated(story: Story[None]) -> Callable[[], None]:
    """Make a story a test, for where one seed is enough."""

    def test() -> None:
        run_simulated(story, seed=1)

    test.__name__, test.__qualname__, test.__doc__ = story.__name__, story.__qualname__, story.__doc__
    test.__module__ = story.__module__
    return test


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

    def select(self, timeout_seconds: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout_seconds is None:
            raise Stuck(f"nothing is due, and these wait for ever: {self._who_waits()}")
        if timeout_seconds > 0:
            self.seconds += timeout_seconds
            self._turns = 0
        self._turns += 1
        # Both bounds are lifted once they are told of: the tasks that are left must be able to end.
        if self._turns > TURNS_MAX:
            self._turns = 0
            raise Stuck(f"time stands still at {self.seconds:.3f} s, and these are at it: {self._who_waits()}")
        if self.seconds > self._seconds_max:
            self._seconds_max = math.inf
            raise Stuck(f"not over after {self.seconds:.0f} simulated seconds: {self._who_waits()}")
        return []


def _place_of(task: "asyncio.Task[object]") -> str:
    """Where a task waits, from the outermost function to the innermost."""
    names: list[str] = []
    awaited: object = task.get_coro()
    while isinstance(awaited, CoroutineType):
        names.append(awaited.__qualname__)
        awaited = getattr(awaited, "cr_await", None)
    return " > ".join(names)
