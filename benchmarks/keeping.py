"""The folder of runs: a file for each, their history, and the report on the one that was looked at last."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.history import FILE_NAME, History, Trends
from benchmarks.report import page_of
from benchmarks.results import RunResult, read_run, write_run
from shared.errors import Unavailable

REPORT_NAME = "report.html"
NUMBER = re.compile(r"[0-9]+")


def prepare(folder: Path) -> None:
    """So that a run of ten minutes does not end in a folder that can't be written to."""
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with History.open(folder):
        pass


def keep(run: RunResult, folder: Path) -> int:
    """Returns its number in the history."""
    with History.open(folder) as history:
        number = history.add(run)
    with _writing(folder):
        write_run(run, folder)
    write_report(run, folder)
    return number


def write_report(run: RunResult, folder: Path) -> Path:
    path = folder / REPORT_NAME
    trends: Trends = {}
    if (folder / FILE_NAME).exists():
        with History.open(folder) as history:
            trends = history.trends(run)
    with _writing(folder):
        path.write_text(page_of(run, trends), encoding="utf-8")
    return path


def find(named: str, folder: Path) -> RunResult:
    """By its number in the history; by a file; or by a folder, whose newest it is."""
    if NUMBER.fullmatch(named):
        with History.existing(folder) as history:
            return history.run(int(named))
    return read_run(Path(named))


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(f"the folder {folder} can't be written to: {error.strerror}") from error
