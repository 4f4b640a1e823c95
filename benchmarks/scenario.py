"""What a scenario is: it names its figures, and in each repeat measures them beside their limits and peers.

One file in `scenarios/` is one scenario. It tells apart what it does (`measure`), how much of it (its size), and what
comes of it (figures, and the ratios between them that are its headline).
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pkgutil import iter_modules
from types import MappingProxyType
from typing import ClassVar, Generic, Literal, TypeVar

import orjson

from benchmarks.stage import Stage
from services.analysis import steps

SizeT = TypeVar("SizeT")
Better = Literal["lower", "higher"]
Extent = Literal["full", "smoke"]

# A step is called like its file.
_OTHER_STEPS = [module.name for module in iter_modules(steps.__path__) if module.name != "stats"]
ONE_STEP: Mapping[str, str] = MappingProxyType({"POSTIL_ANALYSIS__DISABLED": orjson.dumps(_OTHER_STEPS).decode()})
ALL_STEPS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of each repeat."""

    name: str
    unit: str
    better: Better = "lower"


@dataclass(frozen=True, slots=True)
class Ratio:
    """A figure beside its limit or its peer from the same repeat.

    Whether more or less of it is better, the figure says; the target is what it should reach, if that was promised.
    """

    of: str
    to: str
    target: float | None = None


class Scenario(ABC, Generic[SizeT]):
    name: ClassVar[str]
    # What is measured and beside what, for whoever reads the report.
    about: ClassVar[str]
    figures: ClassVar[Sequence[Figure]]
    ratios: ClassVar[Sequence[Ratio]] = ()
    # One that takes a minute for a repeat says how often is enough.
    repeats_max: ClassVar[int | None] = None
    # What `postil up` is told for it, as environment variables. Most measure what a message costs, and run of all steps
    # only the one that costs nothing; what the others cost has scenarios of its own.
    settings: ClassVar[Mapping[str, str]] = ONE_STEP
    full: SizeT
    smoke: SizeT

    @abstractmethod
    async def measure(self, stage: Stage, size: SizeT) -> None:
        """One repeat. Every figure is noted, and `stage.expect` was asked whether all of the work was done."""

    async def run(self, stage: Stage, extent: Extent) -> None:
        await self.measure(stage, self.full if extent == "full" else self.smoke)
        stage.close({figure.name for figure in self.figures})

    def figure(self, name: str) -> Figure:
        return next(figure for figure in self.figures if figure.name == name)
