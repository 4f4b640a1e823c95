"""Scenarios and runs, listed."""

import io

from rich.console import Console

from benchmarks.history import Kept
from benchmarks.listing import run_as_json, runs_table, scenario_as_json, scenarios_picture
from tests.benchmarks.made_up import failed, made_run, measured, rate, ratio
from tests.benchmarks.toys import Toy


def test_a_scenario_says_beside_what_it_measures() -> None:
    window = io.StringIO()
    Console(file=window, width=60).print(scenarios_picture([Toy("alpha")]))
    assert window.getvalue().splitlines() == [
        "alpha",
        "  A number beside another, with `care`.",
        "  beside: theirs; absent",
    ]
    assert scenario_as_json(Toy("alpha")) == {
        "name": "alpha",
        "about": "A number beside another, with `care`.",
        "figures": {"ours": "ms", "theirs": "ms", "absent": "ms"},
        "beside": ["theirs", "absent"],
    }


def test_a_run_says_how_it_went() -> None:
    kept = Kept(7, made_run(measured(ratio(1.0), rate(1.0)), failed()))
    window = io.StringIO()
    Console(file=window, width=100).print(runs_table([kept]))
    assert window.getvalue().splitlines()[1].split() == [
        *("7", "2026-11-20", "10:40", "UTC", "full", "3", "1"),
        *("1", "of", "2", "targets", "reached"),
    ]
    said = run_as_json(kept)
    assert (said["run"], said["failed"], said["targets"], said["targets_reached"]) == (7, ["restart"], 2, 1)
