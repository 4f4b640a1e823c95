"""The bar of an import."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from services.cli.importing.showing import progress_on
from services.cli.importing.tally import Counts, Reached


def terminal() -> Console:
    return Console(file=io.StringIO(), width=120, force_terminal=True, color_system=None)


def said(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_on_a_terminal_there_is_a_bar_with_rows_rate_and_rejects(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_bytes(b"x" * 100)
    console = terminal()

    with progress_on(console, [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")], Counts(created=10)) as progress:
        progress.came_to(Reached(1, 50, 7, ""), Counts(created=1_500, rejected=2))
        progress.waits("the database is away\x1b")

    assert "b.csv" in said(console)
    assert "75%" in said(console)
    assert "1,502 rows" in said(console)
    assert "2 rejected" in said(console)
    assert "waiting: the database is away␛" in said(console)


def test_where_the_end_is_not_known_there_is_a_bar_as_well() -> None:
    console = terminal()
    with progress_on(console, ["-"], Counts()) as progress:
        progress.came_to(Reached(0, 50, 7, ""), Counts(created=3))

    assert "3 rows" in said(console)


def test_elsewhere_it_is_silent_but_for_what_one_has_to_know(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_on(Console(file=io.StringIO()), ["a"], Counts()) as progress:
        progress.waits("away")
        progress.waits("away")
        progress.came_to(Reached(0, 1, 1, ""), Counts(created=1))
        progress.waits("away again")

    assert capsys.readouterr().err == "waiting: away\nwaiting: away again\n"
