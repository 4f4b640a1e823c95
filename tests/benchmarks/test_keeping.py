"""The folder of runs."""

from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks.history import History
from benchmarks.keeping import find, keep, prepare, write_report
from benchmarks.results import read_run
from shared.errors import NotFound, Unavailable
from tests.benchmarks.made_up import STARTED_AT, made_run


def test_a_run_is_kept_in_a_file_in_the_history_and_in_the_report(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "down"
    prepare(folder)
    assert keep(made_run(), folder) == 1
    assert {path.name for path in folder.iterdir()} == {"history.db", "report.html", "run-20261120T104006Z.json"}
    assert "request-reply" in (folder / "report.html").read_text()


def test_a_run_is_found_by_number_file_or_folder(tmp_path: Path) -> None:
    later = made_run(started_at=STARTED_AT + timedelta(hours=1))
    keep(made_run(), tmp_path)
    keep(later, tmp_path)
    assert find("1", tmp_path) == made_run()
    assert find(str(tmp_path / "run-20261120T104006Z.json"), tmp_path) == made_run()
    assert find(str(tmp_path), tmp_path) == later


def test_to_look_for_a_number_makes_no_history(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no history"):
        find("1", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_report_shows_the_trend_over_the_history(tmp_path: Path) -> None:
    for hours in range(3):
        keep(made_run(started_at=STARTED_AT + timedelta(hours=hours)), tmp_path)
    assert "run 2, 2026-11-20 11:40 UTC" in (tmp_path / "report.html").read_text()


def test_a_run_of_somebody_else_has_a_report_without_a_history(tmp_path: Path) -> None:
    path = write_report(made_run(), tmp_path)
    assert "request-reply" in path.read_text()
    assert [each.name for each in tmp_path.iterdir()] == ["report.html"]


def test_a_folder_that_can_t_be_made_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unavailable, match="can't be written to"):
        prepare(tmp_path / "file" / "folder")


def test_keeping_it_twice_is_harmless(tmp_path: Path) -> None:
    assert (keep(made_run(), tmp_path), keep(made_run(), tmp_path)) == (1, 1)
    assert read_run(tmp_path) == made_run()
    with History.existing(tmp_path) as history:
        assert len(history.runs()) == 1
