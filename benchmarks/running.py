"""Runs scenarios: repeat by repeat through all of them, each repeat on a system of its own."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from random import Random
from time import perf_counter
from typing import Any, Protocol

import structlog

from benchmarks import scenarios
from benchmarks.latencies import Latencies
from benchmarks.results import FigureResult, LatencyResult, RatioResult, ScenarioResult
from benchmarks.scenario import Extent, Scenario
from benchmarks.stage import Record, Stage, WorkMissing
from benchmarks.system import running_system
from shared.catalogue import parts_in
from shared.errors import PostilError

log = structlog.get_logger()

TENANT = "bench"

# What a scenario's size is made of is its own affair.
AnyScenario = Scenario[Any]


class Observer(Protocol):
    """Whoever watches a run."""

    def begins(self, scenario: AnyScenario, repeat: int) -> None: ...
    def progresses(self, words: str) -> None: ...
    def ends(self, scenario: AnyScenario, repeat: int, failure: str | None) -> None: ...


def catalogue() -> tuple[AnyScenario, ...]:
    return parts_in(scenarios, "scenario", Scenario)  # type: ignore[type-abstract]  # none is made of the class itself


async def run(
    chosen: Sequence[AnyScenario], extent: Extent, repeats: int, seed: int, observer: Observer
) -> Sequence[ScenarioResult]:
    """All scenarios once, then all of them again: what drifts on the machine drifts over all of them alike."""
    takings = {scenario.name: _Takings(scenario) for scenario in chosen}
    for scenario, repeat in _in_turn(chosen, repeats):
        taking = takings[scenario.name]
        if taking.failure is not None:
            continue
        observer.begins(scenario, repeat)
        begun = perf_counter()
        try:
            # Text, because that is seeded alike in every process.
            random = Random(f"{seed}-{scenario.name}-{repeat}")
            taking.records.append(await repeat_of(scenario, extent, random, observer.progresses))
        except Exception as error:  # One scenario that fails must not cost the others their figures.
            # What says all there is to know needs no traceback.
            if not isinstance(error, WorkMissing | PostilError):
                log.exception("scenario_failed", scenario=scenario.name, repeat=repeat, exc_info=error)
            taking.failure = f"{type(error).__name__}: {error}"
        taking.seconds += perf_counter() - begun
        observer.ends(scenario, repeat, taking.failure)
    return [taking.result() for taking in takings.values()]


async def repeat_of(
    scenario: AnyScenario, extent: Extent, random: Random, progress: Callable[[str], None] = lambda _: None
) -> Record:
    with running_system(scenario.settings) as system:
        stage = Stage(system, TENANT, random, progress)
        await scenario.run(stage, extent)
        return stage.record


def _in_turn(chosen: Sequence[AnyScenario], repeats: int) -> Iterator[tuple[AnyScenario, int]]:
    for repeat in range(repeats):
        for scenario in chosen:
            if repeat < repeats_planned(scenario, repeats):
                yield scenario, repeat


def repeats_planned(scenario: AnyScenario, repeats: int) -> int:
    return repeats if scenario.repeats_max is None else min(repeats, scenario.repeats_max)


class _Takings:
    """What the repeats of one scenario have brought so far."""

    def __init__(self, scenario: AnyScenario) -> None:
        self._scenario = scenario
        self.records: list[Record] = []
        self.failure: str | None = None
        self.seconds = 0.0

    def result(self) -> ScenarioResult:
        scenario = self._scenario
        if self.failure is not None:
            return ScenarioResult(
                name=scenario.name,
                about=scenario.about,
                settings=dict(scenario.settings),
                failure=self.failure,
                seconds=self.seconds,
            )
        return ScenarioResult(
            name=scenario.name,
            about=scenario.about,
            settings=dict(scenario.settings),
            figures=tuple(self._figures()),
            ratios=tuple(self._ratios()),
            latencies=tuple(self._latencies()),
            absent={name: reason for record in self.records for name, reason in record.absent.items()},
            seconds=self.seconds,
        )

    def _figures(self) -> Iterator[FigureResult]:
        for figure in self._scenario.figures:
            values = tuple(record.values[figure.name] for record in self.records if figure.name in record.values)
            if values:
                yield FigureResult(name=figure.name, unit=figure.unit, better=figure.better, values=values)

    def _ratios(self) -> Iterator[RatioResult]:
        for ratio in self._scenario.ratios:
            pairs = [(record.values.get(ratio.of), record.values.get(ratio.to)) for record in self.records]
            values = tuple(of / to for of, to in pairs if of is not None and to)
            if values:
                better = self._scenario.figure(ratio.of).better
                yield RatioResult(of=ratio.of, to=ratio.to, better=better, target=ratio.target, values=values)

    def _latencies(self) -> Iterator[LatencyResult]:
        together: defaultdict[str, Latencies] = defaultdict(Latencies)
        for record in self.records:
            for name, latencies in record.latencies.items():
                together[name].add(latencies)
        for name, latencies in together.items():
            yield LatencyResult(name=name, histogram=latencies.encode())
