"""Scenarios that measure nothing, in a system that is none: for what runs them, watches them and lists them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from benchmarks import running
from benchmarks.latencies import Latencies
from benchmarks.scenario import Figure, Ratio, Scenario
from benchmarks.stage import Stage
from benchmarks.system import System


@dataclass(frozen=True, slots=True)
class Size:
    count: int


class Toy(Scenario[Size]):
    about = "A number beside another, with `care`."
    figures = (Figure("ours", "ms"), Figure("theirs", "ms"), Figure("absent", "ms"))
    ratios = (Ratio("ours", "theirs", 2.0), Ratio("ours", "absent"))
    full = Size(100)
    smoke = Size(1)

    def __init__(
        self, name: str, *, repeats_max: int | None = None, does: Callable[[Stage], object] | None = None
    ) -> None:
        self.name = name  # type: ignore[misc]  # a toy's name is its own
        self.repeats_max = repeats_max  # type: ignore[misc]  # and so is this
        self.settings = {"POSTIL_TENANT": name}  # type: ignore[misc]  # and this
        self._does = does

    async def measure(self, stage: Stage, size: Size) -> None:
        stage.progress(f"counting to {size.count}")
        if self._does is not None:
            self._does(stage)
        stage.expect("what was counted", size.count, size.count)
        stage.note("ours", 3.0 * size.count)
        stage.note("theirs", 2.0 * size.count)
        stage.note_absent("absent", "nobody has it")
        stage.note_latencies("ours, counted", Latencies([0.001] * size.count))


@contextmanager
def no_system(settings: Mapping[str, str]) -> Iterator[System]:
    yield cast(System, SimpleNamespace(data=Path(), settings=settings))


@pytest.fixture
def without_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "running_system", no_system)
