"""What a run has found, in a file and back."""

from pathlib import Path

import pytest

from benchmarks.results import RunResult, moment, read_run, write_run
from shared.errors import Invalid, NotFound
from tests.benchmarks.made_up import STARTED_AT, failed, made_run, measured, rate, ratio


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    run = made_run()
    path = write_run(run, tmp_path)
    assert path.name == "run-20261120T104006Z.json"
    assert read_run(path) == run


def test_of_a_folder_the_newest_is_read(tmp_path: Path) -> None:
    old, new = made_run(), made_run(started_at=STARTED_AT.replace(hour=11))
    write_run(new, tmp_path)
    write_run(old, tmp_path)
    assert read_run(tmp_path) == new


def test_what_is_no_run_is_told_of(tmp_path: Path) -> None:
    stranger = tmp_path / "stranger.json"
    stranger.write_text('{"started_at": "yesterday"}')
    with pytest.raises(Invalid, match=r"stranger\.json is no run of the benchmarks: 'started_at'"):
        read_run(stranger)
    with pytest.raises(NotFound, match="no file"):
        read_run(tmp_path / "nowhere.json")
    with pytest.raises(NotFound, match="no run in"):
        read_run(tmp_path)


def test_a_measurement_without_values_is_none() -> None:
    with pytest.raises(ValueError, match="at least 1 item"):
        ratio()


def test_a_ratio_knows_its_middle_its_ends_and_whether_it_is_good_enough() -> None:
    found = ratio(1.3, 1.1, 1.2)
    assert (found.median, found.lowest, found.highest, found.reached) == (1.2, 1.1, 1.3, True)
    assert rate(1.3, 1.1, 1.2).reached is False
    assert ratio(1.3, target=None).reached is None


def test_a_run_knows_what_failed() -> None:
    run = made_run(measured(ratio(1.0), rate(2.0)), failed())
    assert [scenario.name for scenario in run.failed] == ["restart"]
    assert len(run.ratios) == 2


def test_a_newer_file_may_say_more() -> None:
    text = made_run().model_dump_json()
    assert RunResult.decode(text.replace("{", '{"unheard_of": 1, ', 1).encode()) == made_run()


def test_a_moment_is_the_same_everywhere() -> None:
    assert moment(STARTED_AT) == "2026-11-20 10:40 UTC"
