"""Figures of several repeats, and the table that shows them, each beside a limit or a peer."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from statistics import median
from time import perf_counter

from rich.table import Table

COUNT = 500


async def p50_ms(work: Callable[[int], Awaitable[object]], count: int = COUNT) -> float:
    """The median of so many calls, one after the other."""
    took: list[float] = []
    for number in range(count):
        begun = perf_counter()
        await work(number)
        took.append((perf_counter() - begun) * 1_000)
    return median(took)


class Figures:
    def __init__(self) -> None:
        self._values: dict[str, list[float]] = defaultdict(list)

    def note(self, name: str, value: float) -> None:
        self._values[name].append(value)

    def of(self, name: str) -> float:
        return median(self._values[name])

    def ratio(self, name: str, *limits: str) -> float:
        """Repeat by repeat, because the machine's speed drifts between them."""
        sums = [sum(values) for values in zip(*(self._values[limit] for limit in limits), strict=True)]
        ratios = [value / limit for value, limit in zip(self._values[name], sums, strict=True)]
        return float(median(ratios))

    def table(self, notes: dict[str, str]) -> Table:
        table = Table("what", "median", "all repeats", "beside")
        for name, values in self._values.items():
            form = ".3f" if median(values) < 100 else ",.0f"
            shown = " ".join(format(value, form) for value in values)
            table.add_row(name, format(median(values), form), shown, notes.get(name, ""))
        return table
