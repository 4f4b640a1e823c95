"""`postil bench`, as it is typed: the whole way, once."""

from pathlib import Path

from benchmarks.results import read_run
from tests.system import postil


def test_a_scenario_is_measured_on_a_system_of_its_own_and_kept(tmp_path: Path) -> None:
    ran = postil("bench", "burst", "--smoke", "--repeats", "1", "--out", "kept", cwd=tmp_path)
    assert ran.code == 0, ran.err
    assert "burst  1 repeat" in ran.out
    assert ran.err.startswith("1 of 1  burst, repeat 1 of 1: ")
    (scenario,) = read_run(tmp_path / "kept").scenarios
    assert scenario.figures
    assert "burst" in (tmp_path / "kept" / "report.html").read_text()
    assert str(tmp_path) not in (tmp_path / "kept" / "report.html").read_text()


def test_what_is_typed_behind_it_is_handed_on(tmp_path: Path) -> None:
    ran = postil("bench", "--help", cwd=tmp_path)
    assert ran.code == 0
    assert "Usage: postil bench" in ran.out
    assert "compare" in ran.out
