"""An import while it runs: a bar on a terminal, and elsewhere only what somebody has to know."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from services.cli.importing.source import STDIN
from services.cli.importing.tally import Counts, Progress, Reached
from services.cli.output import note
from shared.harmless import one_line

NAME_CHARACTERS = 24


class QuietProgress:
    def __init__(self) -> None:
        self._waiting = False

    def came_to(self, reached: Reached, counts: Counts) -> None:
        self._waiting = False

    def waits(self, because: str) -> None:
        if not self._waiting:
            note(f"waiting: {because}")
        self._waiting = True


class BarProgress:
    def __init__(self, bar: Bar, files: Sequence[str], counts: Counts) -> None:
        self._bar = bar
        self._files = files
        self._sizes = [_size(file) for file in files]
        self._rows_before = counts.rows
        total = sum(self._sizes) if all(self._sizes) else None
        self._task = bar.add_task("", total=total, rows="starting", rejects="", waits="")

    def came_to(self, reached: Reached, counts: Counts) -> None:
        elapsed_seconds = self._bar.tasks[0].elapsed or 0.0
        rate = (counts.rows - self._rows_before) / elapsed_seconds if elapsed_seconds else 0.0
        self._bar.update(
            self._task,
            description=one_line(Path(self._files[reached.file]).name, NAME_CHARACTERS),
            completed=sum(self._sizes[: reached.file]) + reached.offset,
            rows=f"{counts.rows:,} rows, {rate:,.0f}/s",
            rejects=f"{counts.rejected:,} rejected" if counts.rejected else "",
            waits="",
        )

    def waits(self, because: str) -> None:
        self._bar.update(self._task, waits=f"waiting: {one_line(because, 60)}")


@contextmanager
def progress_on(console: Console, files: Sequence[str], counts: Counts) -> Iterator[Progress]:
    if not console.is_terminal:
        yield QuietProgress()
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]}", markup=False),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[rejects]}", style="red", markup=False),
        TextColumn("{task.fields[waits]}", style="yellow", markup=False),
    )
    with Bar(*columns, console=console, transient=True) as bar:
        yield BarProgress(bar, files, counts)


def _size(file: str) -> int:
    """In bytes; 0 if that is not known before the end."""
    path = Path(file)
    return path.stat().st_size if file != STDIN and path.is_file() else 0
