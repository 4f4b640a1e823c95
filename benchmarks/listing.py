"""The scenarios that there are, and the runs that were kept, as a person sees them and as JSON."""

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from benchmarks.history import Kept
from benchmarks.results import moment
from benchmarks.running import AnyScenario
from benchmarks.words import targets_reached
from services.cli.pictures import table


def beside(scenario: AnyScenario) -> Sequence[str]:
    """Its limits and peers, each once."""
    return list(dict.fromkeys(ratio.to for ratio in scenario.ratios))


def scenarios_picture(scenarios: Sequence[AnyScenario]) -> RenderableType:
    parts: list[RenderableType] = []
    for scenario in scenarios:
        parts.append(Text(scenario.name, style="bold cyan"))
        parts.append(_aside(Text(scenario.about)))
        parts.append(_aside(Text(f"beside: {'; '.join(beside(scenario)) or 'nothing'}", style="dim")))
    return Group(*parts)


def scenario_as_json(scenario: AnyScenario) -> Mapping[str, object]:
    figures = {figure.name: figure.unit for figure in scenario.figures}
    return {"name": scenario.name, "about": scenario.about, "figures": figures, "beside": beside(scenario)}


def runs_table(runs: Sequence[Kept]) -> Table:
    made = table("run", "started", "extent", "repeats", "failed", "targets", right=("run", "repeats", "failed"))
    for kept in runs:
        run = kept.run
        made.add_row(
            str(kept.number),
            Text(moment(run.started_at), style="dim"),
            run.extent,
            str(run.repeats),
            Text(str(len(run.failed)), style="red" if run.failed else ""),
            targets_reached(run),
        )
    return made


def run_as_json(kept: Kept) -> Mapping[str, object]:
    run = kept.run
    return {
        "run": kept.number,
        "started_at": run.started_at.isoformat(),
        "extent": run.extent,
        "repeats": run.repeats,
        "seed": run.seed,
        "scenarios": [scenario.name for scenario in run.scenarios],
        "failed": [scenario.name for scenario in run.failed],
        "targets": len([ratio for ratio in run.ratios if ratio.reached is not None]),
        "targets_reached": len([ratio for ratio in run.ratios if ratio.reached]),
    }


def _aside(words: Text) -> Padding:
    return Padding(words, (0, 0, 0, 2), expand=False)
