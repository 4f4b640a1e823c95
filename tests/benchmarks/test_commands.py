"""What can be typed."""

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from benchmarks import commands, whole_run
from benchmarks.commands import app
from benchmarks.keeping import keep, prepare
from benchmarks.results import RunResult, read_run
from benchmarks.stage import Stage, WorkMissing
from tests.benchmarks.made_up import STARTED_AT, failed, made_run, measured, ratio
from tests.benchmarks.toys import Toy, without_systems
from tests.system import Ran, environment
from tests.tidy.source import PROJECT

__all__ = ["without_systems"]

Bench = Callable[..., Ran]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, without_systems: None) -> Bench:
    """In this process, in a folder of its own, with three scenarios of which one fails."""

    def lose(stage: Stage) -> None:
        raise WorkMissing("9 of 10")

    toys = (Toy("alpha"), Toy("beta"), Toy("lossy", does=lose))
    monkeypatch.setattr(commands, "catalogue", lambda: toys)
    monkeypatch.chdir(tmp_path)
    # Otherwise logs would go into what pytest has captured, long after that is gone.
    for module in (commands, whole_run):
        monkeypatch.setattr(module, "configure_logs", lambda *_, **__: None)

    def type_in(*arguments: str, code: int = 0) -> Ran:
        result = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert result.exit_code == code, f"exit code {result.exit_code}\n{result.stdout}\n{result.stderr}"
        return Ran(result.exit_code, result.stdout, result.stderr)

    return type_in


def test_what_is_no_command_is_run(bench: Bench) -> None:
    ran = bench("beta", "alpha", "--repeats", "2", "--seed", "5")
    assert [line for line in ran.out.splitlines() if line.startswith(("alpha", "beta"))] == [
        "alpha  2 repeats, 0 s",
        "beta  2 repeats, 0 s",
    ]
    run = read_run(Path("postil-bench"))
    assert run.command == ("postil", "bench", "alpha", "beta", "--repeats", "2", "--seed", "5")
    assert (run.extent, run.scenarios[0].figures[0].values) == ("full", (300, 300))
    assert "run 1 of the history" in ran.err
    assert Path("postil-bench/report.html").exists()


def test_options_alone_are_for_run_too(bench: Bench) -> None:
    ran = bench("--smoke", "--repeats", "1", "--out", "elsewhere", code=1)
    assert read_run(Path("elsewhere")).extent == "smoke"
    assert "failed: WorkMissing: 9 of 10" in ran.out


def test_a_scenario_that_fails_is_told_by_the_exit_code(bench: Bench) -> None:
    bench("run", "alpha", "--repeats", "1")
    ran = bench("run", "alpha", "lossy", "--repeats", "3", code=1)
    assert "1 scenario failed" in ran.out
    assert "lossy, repeat 1 of 3: failed: WorkMissing: 9 of 10" in ran.err


def test_an_unknown_name_is_told_with_those_that_there_are(bench: Bench) -> None:
    ran = bench("alpa", "alpha", code=2)
    assert ran.err.splitlines() == [
        "postil: there is no scenario 'alpa'; did you mean 'alpha'?",
        "There are: alpha, beta, lossy",
    ]
    assert ran.out == ""


def test_scenarios_are_listed(bench: Bench) -> None:
    listed = bench("list")
    assert listed.out.splitlines()[0] == "alpha"
    assert bench("--list").out == listed.out
    assert bench("list", "beta").out == bench("--list", "beta").out
    lines = [orjson.loads(line) for line in bench("list", "--json").out.splitlines()]
    assert [line["name"] for line in lines] == ["alpha", "beta", "lossy"]


def test_help_is_about_all_commands(bench: Bench) -> None:
    said = bench("--help").out
    assert all(name in said for name in ("run", "list", "report", "compare", "history"))
    assert "--repeats" in bench("run", "--help").out


def test_a_folder_that_can_t_be_used_is_told_before_anything_runs(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    ran = bench("alpha", "--out", "file/folder", code=5)
    assert "can't be written to" in ran.err
    assert "repeat" not in ran.err


def test_the_report_is_written_anew(bench: Bench, tmp_path: Path) -> None:
    keep(made_run(), tmp_path)
    for source in (str(tmp_path), str(tmp_path / "run-20261120T104006Z.json")):
        (tmp_path / "report.html").unlink()
        assert bench("report", source).out.strip() == str(tmp_path / "report.html")
        assert "request-reply" in (tmp_path / "report.html").read_text()
    assert "no run in" in bench("report", str(PROJECT / "docs"), code=3).err


@pytest.fixture
def two_runs(tmp_path: Path) -> tuple[RunResult, RunResult]:
    """The second of which is worse."""
    old = made_run(measured(ratio(1.0, 1.01, 1.02)))
    new = made_run(measured(ratio(1.2, 1.21, 1.22)), started_at=STARTED_AT + timedelta(hours=1))
    prepare(tmp_path / "postil-bench")
    for run in (old, new):
        keep(run, tmp_path / "postil-bench")
    return old, new


@pytest.mark.usefixtures("two_runs")
def test_a_regression_is_told_by_the_exit_code(bench: Bench) -> None:
    assert "1 regression\nworse: request-reply" in bench("compare", "1", "2", code=1).out
    assert "no regressions" in bench("compare", "2", "1").out
    assert "no regressions" in bench("compare", "1", "2", "--tolerance", "0.3").out
    (line,) = bench("compare", "1", "2", "--json", code=1).out.splitlines()
    assert orjson.loads(line)["verdict"] == "worse"


@pytest.mark.usefixtures("two_runs")
def test_what_can_t_be_compared_is_told(bench: Bench, tmp_path: Path) -> None:
    assert "no run 9 in the history" in bench("compare", "1", "9", code=3).err
    (tmp_path / "stranger.json").write_text("[]")
    assert "no run of the benchmarks" in bench("compare", "1", "stranger.json", code=4).err


@pytest.mark.usefixtures("two_runs")
def test_the_history_lists_the_numbers_that_compare_takes(bench: Bench) -> None:
    keep(made_run(failed(), started_at=STARTED_AT + timedelta(hours=2)), Path("postil-bench"))
    assert [line.split()[0] for line in bench("history").out.splitlines()] == ["run", "3", "2", "1"]
    lines = [orjson.loads(line) for line in bench("history", "--json").out.splitlines()]
    assert [(line["run"], line["failed"]) for line in lines] == [(3, ["restart"]), (2, []), (1, [])]
    assert "no history" in bench("history", "--out", "nowhere", code=3).err


def test_without_the_extra_packages_it_says_what_to_install(tmp_path: Path) -> None:
    code = "import sys; sys.modules['hdrh'] = None; from benchmarks.__main__ import main; main(['list'])"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (5, "")
    assert ran.stderr == "postil: the benchmarks need 'hdrh', which is not installed: pip install 'postil[bench]'\n"
