"""What can be typed behind `postil bench` and `python -m benchmarks`: run, list, report, compare, history."""

import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text
from typer.core import TyperGroup

from benchmarks.comparing import TOLERANCE, compare
from benchmarks.history import History
from benchmarks.keeping import REPORT_NAME, find, keep, prepare, write_report
from benchmarks.listing import run_as_json, runs_table, scenario_as_json, scenarios_picture
from benchmarks.results import read_run
from benchmarks.running import AnyScenario, catalogue
from benchmarks.side_by_side import judgement_as_json, sheet_of
from benchmarks.table import table_of
from benchmarks.whole_run import Plan, carry_out
from services.cli.output import complain, console, note, print_json, show
from services.cli.session import Exit, JsonOption, reporting, settings_with, warn_of_unknown
from shared.logs import configure_logs
from shared.settings import LogSettings

FOLDER = Path("postil-bench")
REPEATS = 3
SEED = 1

FolderOption = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where runs and their history are kept.")]
Names = Annotated[list[str] | None, typer.Argument(metavar="SCENARIO", help="Only these.", show_default="all of them")]
RunArgument = Annotated[str, typer.Argument(help="A file, a folder (its newest run), or a number of the history.")]


class RunByDefault(TyperGroup):
    """What is no command is for `run`."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # typer shows only a subclass
        if not args or not (args[0] in self.commands or args[0] in ctx.help_option_names):
            args = ["run", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=RunByDefault,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    subcommand_metavar="[COMMAND] [ARGS]...",
    epilog="Exit codes: 0 done, 1 a scenario failed or a ratio got worse, 2 wrong usage, 3 not found, 4 refused, "
    "5 something is not available, 130 interrupted.",
)


@app.callback()
def bench() -> None:
    """Measure what a message costs, each figure beside its limit or peer from the same run.

    Without a command it runs: `bench --smoke` is `bench run --smoke`, and
    `bench run --help` tells what else it takes.
    """
    configure_logs(LogSettings(level="warning"), service="bench", stream=sys.stderr)


@app.command()
def run(
    names: Names = None,
    repeats: Annotated[
        int, typer.Option(min=1, help="How often each is run; three are the least to compare.")
    ] = REPEATS,
    smoke: Annotated[
        bool, typer.Option("--smoke", help="A little work: tells whether they run, not how fast.")
    ] = False,
    seed: Annotated[int, typer.Option(help="The same seed draws the same work.")] = SEED,
    out: FolderOption = FOLDER,
    listing: Annotated[bool, typer.Option("--list", help="Only list the scenarios.")] = False,
) -> None:
    """Run scenarios: print what was found, keep it in a file and in the history, write the report.

    The exit code is 1 when a scenario failed. A missed target is no failure;
    what a build should look at is `bench compare`.

    Example: postil bench request-reply restart --repeats 5
    """
    chosen = _chosen(names or ())
    if listing:
        show(scenarios_picture(chosen))
        return
    settings = settings_with()
    warn_of_unknown()
    plan = Plan(chosen, not names, "smoke" if smoke else "full", repeats, seed)
    with reporting():
        prepare(out)
        try:
            result = carry_out(plan, settings)
        except KeyboardInterrupt:
            note("Interrupted; nothing of this run is kept.")
            raise
    # First of all: whatever happens to the files, it has been seen.
    show(table_of(result))
    with reporting():
        number = keep(result, out)
    note(f"\nThis was run {number} of the history; the report is {out / REPORT_NAME}")
    if result.failed:
        raise typer.Exit(Exit.FAILED)


@app.command("list")
def list_scenarios(names: Names = None, json: JsonOption = False) -> None:
    """List the scenarios: what each measures, and beside what.

    Example: postil bench list
    """
    chosen = _chosen(names or ())
    if json:
        for scenario in chosen:
            print_json(scenario_as_json(scenario))
    else:
        show(scenarios_picture(chosen))


@app.command()
def report(
    source: Annotated[
        Path, typer.Argument(metavar="[DIR|FILE]", help="A run's file, or a folder: its newest run.")
    ] = FOLDER,
) -> None:
    """Write the HTML report anew, beside the run that it is about.

    Example: postil bench report postil-bench
    """
    with reporting():
        path = write_report(read_run(source), source if source.is_dir() else source.parent)
    console.print(Text(str(path)), soft_wrap=True)


@app.command("compare")
def compare_runs(
    old: RunArgument,
    new: RunArgument,
    tolerance: Annotated[float, typer.Option(min=0.0, help="How much worse a ratio may get: 0.05 is 5 %.")] = TOLERANCE,
    out: FolderOption = FOLDER,
    figures: Annotated[bool, typer.Option(help="Show how the figures differ, too.")] = True,
    json: JsonOption = False,
) -> None:
    """Compare two runs by their ratios, with the confidence that their repeats allow.

    The exit code is 1 when a ratio got surely worse, is gone, or its scenario
    fails now. Figures are shown for information; they never decide.

    Example: postil bench compare 1 2 --tolerance 0.1
    """
    with reporting():
        comparison = compare(find(old, out), find(new, out), tolerance)
    if json:
        for judgement in comparison.judgements:
            print_json(judgement_as_json(judgement))
    else:
        show(sheet_of(comparison, with_figures=figures))
    if comparison.regressions:
        raise typer.Exit(Exit.FAILED)


@app.command()
def history(out: FolderOption = FOLDER, json: JsonOption = False) -> None:
    """List the runs that were kept, newest first, by the numbers that `compare` takes.

    Example: postil bench history --json
    """
    with reporting(), History.existing(out) as kept:
        runs = kept.runs()
    if json:
        for each in runs:
            print_json(run_as_json(each))
    else:
        show(runs_table(runs))


def _chosen(names: Sequence[str]) -> Sequence[AnyScenario]:
    """In the order of the catalogue, whatever the order of the names."""
    there = catalogue()
    known = [scenario.name for scenario in there]
    unknown = [name for name in names if name not in known]
    for name in unknown:
        near = get_close_matches(name, known, n=1)
        complain(f"there is no scenario {name!r}{f'; did you mean {near[0]!r}?' if near else ''}")
    if unknown:
        note(f"There are: {', '.join(known)}")
        raise typer.Exit(Exit.USAGE)
    return [scenario for scenario in there if not names or scenario.name in names]
