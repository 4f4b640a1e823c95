"""What of a run is still to come, and how long that may take, judging by what was measured so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import fmean


@dataclass
class Outlook:
    """Of scenarios by their names, and how many repeats each is to have."""

    planned: Mapping[str, int]
    _taken: dict[str, list[float]] = field(default_factory=dict)
    _failed: set[str] = field(default_factory=set)

    def ended(self, name: str, seconds: float, *, failed: bool) -> None:
        """One that has failed is not run again."""
        self._taken.setdefault(name, []).append(seconds)
        if failed:
            self._failed.add(name)

    def done(self, name: str) -> int:
        return len(self._taken.get(name, ()))

    def left(self, name: str) -> int:
        return 0 if name in self._failed else self.planned[name] - self.done(name)

    def has_failed(self, name: str) -> bool:
        return name in self._failed

    def seconds(self, name: str) -> float | None:
        """Of one repeat; None while none has ended."""
        taken = self._taken.get(name)
        return fmean(taken) if taken else None

    @property
    def repeats_done(self) -> int:
        return sum(map(self.done, self.planned))

    @property
    def repeats_left(self) -> int:
        return sum(map(self.left, self.planned))

    @property
    def seconds_left(self) -> float | None:
        """Of what was not measured yet, a repeat is taken to be as long as the others; None while there are none."""
        if not self._taken:
            return None
        usual = fmean(seconds for taken in self._taken.values() for seconds in taken)
        return sum(self.left(name) * (self.seconds(name) or usual) for name in self.planned)
