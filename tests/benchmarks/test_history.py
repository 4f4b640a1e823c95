"""The runs of a folder, kept."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks.history import FILE_NAME, History
from shared.errors import Conflict, Invalid, NotFound
from tests.benchmarks.made_up import OURS, PEER, STARTED_AT, failed, made_run, measured, ratio

KEY = ("request-reply", OURS, PEER)


def test_runs_are_numbered_and_come_back_whole(tmp_path: Path) -> None:
    first, second = made_run(), made_run(measured(), started_at=STARTED_AT + timedelta(hours=1))
    with History.open(tmp_path) as history:
        assert (history.add(first), history.add(second)) == (1, 2)
    with History.existing(tmp_path) as history:
        assert history.run(1) == first
        assert [kept.number for kept in history.runs()] == [2, 1]


def test_adding_a_run_twice_changes_nothing(tmp_path: Path) -> None:
    with History.open(tmp_path) as history:
        assert (history.add(made_run()), history.add(made_run())) == (1, 1)
        assert len(history.runs()) == 1
        assert len(history.trends(made_run())[KEY]) == 1


def test_its_tables_answer_questions(tmp_path: Path) -> None:
    with History.open(tmp_path) as history:
        history.add(made_run())
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    ratios = connection.execute("SELECT of, beside, median, lowest, highest, target, repeats FROM ratios").fetchall()
    figures = connection.execute("SELECT name, unit, median FROM figures ORDER BY name").fetchall()
    connection.close()
    assert ratios == [(OURS, PEER, 1.31, 1.3, 1.32, 1.25, 3)]
    assert figures == [(OURS, "ms", 0.27), (PEER, "ms", 0.21)]


def test_a_trend_is_of_runs_that_can_be_compared(tmp_path: Path) -> None:
    later = made_run(measured(ratio(1.1, 1.2, 1.3)), failed(), started_at=STARTED_AT + timedelta(hours=1))
    smoke = made_run(started_at=STARTED_AT + timedelta(hours=2)).model_copy(update={"extent": "smoke"})
    elsewhere = made_run(started_at=STARTED_AT + timedelta(hours=3)).model_copy(update={"machine": {"cpu": "Z80"}})
    with History.open(tmp_path) as history:
        for run in (later, made_run(), smoke, elsewhere):
            history.add(run)
        points = history.trends(made_run())[KEY]
    assert [(point.number, point.median) for point in points] == [(2, 1.31), (1, 1.2)]
    assert (points[1].lowest, points[1].highest) == (1.1, 1.3)


def test_a_run_that_is_not_there_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no history"), History.existing(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []
    with History.open(tmp_path) as history, pytest.raises(NotFound, match="no run 7"):
        history.run(7)


def test_the_file_of_another_version_is_left_alone(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(Conflict, match="another version"), History.open(tmp_path):
        pass


def test_a_file_that_is_no_database_is_told_of(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("no database " * 100)
    with pytest.raises(Invalid, match="can't be used"), History.open(tmp_path):
        pass
