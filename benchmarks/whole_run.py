"""A run from its beginning to its end: the scenarios, and beside them what has to be known to believe them."""

import asyncio
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

import uvloop

from benchmarks import running
from benchmarks.display import watching
from benchmarks.machine import changed_settings, impersonal, machine, versions
from benchmarks.results import RunResult, ScenarioResult
from benchmarks.running import AnyScenario, Observer
from benchmarks.scenario import Extent
from services.cli.output import errors
from shared.logs import configure_logs
from shared.settings import LogSettings, Settings

COMMAND = ("postil", "bench")


@dataclass(frozen=True, slots=True)
class Plan:
    chosen: Sequence[AnyScenario]
    # Whether those are all that there are.
    is_whole: bool
    extent: Extent
    repeats: int
    seed: int

    @property
    def command(self) -> tuple[str, ...]:
        """What brings about such a run, wherever it is typed; where this one was kept is nobody's business."""
        names = () if self.is_whole else tuple(scenario.name for scenario in self.chosen)
        smoke = ("--smoke",) if self.extent == "smoke" else ()
        return (*COMMAND, *names, "--repeats", str(self.repeats), "--seed", str(self.seed), *smoke)


def carry_out(plan: Plan, settings: Settings) -> RunResult:
    # Both before anything runs that would be part of it.
    started_at, where = datetime.now(UTC), machine()
    with watching(errors, plan.chosen, plan.repeats, monotonic) as observer:
        # Anew, because on a terminal the picture has put itself between us and standard error.
        configure_logs(LogSettings(level="warning"), service="bench", stream=sys.stderr)
        try:
            scenarios = uvloop.run(_until_told(plan, observer))
        except asyncio.CancelledError as error:
            raise KeyboardInterrupt from error
    return RunResult(
        started_at=started_at,
        command=plan.command,
        extent=plan.extent,
        repeats=plan.repeats,
        seed=plan.seed,
        machine=where,
        versions=versions(settings),
        settings=changed_settings(settings),
        scenarios=tuple(_fit_to_show(scenario) for scenario in scenarios),
    )


async def _until_told(plan: Plan, observer: Observer) -> Sequence[ScenarioResult]:
    """Whoever ends us, no system is left behind."""
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    return await running.run(plan.chosen, plan.extent, plan.repeats, plan.seed, observer)


def _fit_to_show(scenario: ScenarioResult) -> ScenarioResult:
    """Reasons are made of what parts of the machine have said."""
    absent = {name: impersonal(reason) for name, reason in scenario.absent.items()}
    failure = None if scenario.failure is None else impersonal(scenario.failure)
    return scenario.model_copy(update={"absent": absent, "failure": failure})
