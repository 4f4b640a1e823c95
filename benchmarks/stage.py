"""Where one repeat of a scenario takes place: a running system, and a record of what was measured and verified."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from random import Random
from time import perf_counter

from benchmarks.latencies import Latencies
from benchmarks.system import System

Progress = Callable[[str], None]


class WorkMissing(Exception):
    """Not all of the work was done, so how long it took means nothing."""


class Unverified(Exception):
    """The scenario itself is at fault: it has measured what it did not check, or left a figure out."""


@dataclass(frozen=True, slots=True)
class Record:
    """What came of one repeat."""

    values: Mapping[str, float]
    latencies: Mapping[str, Latencies]
    # Peers that could not take part, and why.
    absent: Mapping[str, str]


@dataclass
class Stage:
    system: System
    # Its own in each repeat, so that what others have left in the system is not counted.
    tenant: str
    random: Random
    # Told what is being done just now, for whoever watches.
    progress: Progress = lambda _: None
    _values: dict[str, float] = field(default_factory=dict)
    _latencies: dict[str, Latencies] = field(default_factory=dict)
    _absent: dict[str, str] = field(default_factory=dict)
    _expected: int = 0

    def note(self, figure: str, value: float) -> None:
        if figure in self._values:
            raise Unverified(f"{figure!r} was noted twice in one repeat")
        self._values[figure] = value

    def note_latencies(self, name: str, latencies: Latencies) -> None:
        """A whole distribution, for the report; which of its percentiles are figures the scenario notes itself."""
        self._latencies[name] = latencies

    def note_absent(self, figure: str, because: str) -> None:
        """A peer that is not installed here. Without it there is no ratio to it."""
        self._absent[figure] = because

    def expect(self, what: str, found: object, expected: object) -> None:
        """The work was done, or nothing is reported of it. What is compared must come from where it was to arrive."""
        self._expected += 1
        if found != expected:
            raise WorkMissing(f"{what}: expected {expected!r}, found {found!r}")

    async def until(self, what: str, done: Callable[[], Awaitable[bool]], *, seconds_max: float) -> None:
        """Ask again and again, without a pause that would be part of the measurement's grain; give up in time."""
        self._expected += 1
        deadline = perf_counter() + seconds_max
        while not await done():
            if perf_counter() > deadline:
                raise WorkMissing(f"{what}: not within {seconds_max:g} s")

    def close(self, figures: Collection[str]) -> None:
        """The repeat is over: every figure is there or excused, and something was verified."""
        if not self._expected:
            raise Unverified("nothing was verified: a time without proof of the work is no measurement")
        if missing := set(figures) - self._values.keys() - self._absent.keys():
            raise Unverified(f"figures left out: {sorted(missing)}")
        if unknown := self._values.keys() - set(figures):
            raise Unverified(f"figures that were not announced: {sorted(unknown)}")

    @property
    def record(self) -> Record:
        return Record(self._values, self._latencies, self._absent)
