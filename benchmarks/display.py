"""A run while it goes on: a live picture on a terminal, and elsewhere one line for each repeat that has ended.

The picture is drawn when something begins, goes on to its next part, or ends, and never in between: a thread that
draws it all the time would be measured with everything else in this process.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from benchmarks.outlook import Outlook
from benchmarks.running import AnyScenario, Observer, repeats_planned
from services.cli.words import span
from shared.harmless import one_line

DOING_CHARACTERS = 200
FAILURE_CHARACTERS = 300
BAR_WIDTH = 30

Seconds = Callable[[], float]


@contextmanager
def watching(console: Console, chosen: Sequence[AnyScenario], repeats: int, clock: Seconds) -> Iterator[Observer]:
    outlook = Outlook({scenario.name: repeats_planned(scenario, repeats) for scenario in chosen})
    if not console.is_terminal:
        yield Lines(console, outlook, clock)
        return
    with Live(console=console, auto_refresh=False, transient=True, redirect_stdout=False) as live:
        yield Picture(live, outlook, clock)


class Lines:
    def __init__(self, console: Console, outlook: Outlook, clock: Seconds) -> None:
        self._console = console
        self._outlook = outlook
        self._clock = clock
        self._begun_at = clock()

    def begins(self, scenario: AnyScenario, repeat: int) -> None:
        self._begun_at = self._clock()

    def progresses(self, words: str) -> None:
        """Too much for a log."""

    def ends(self, scenario: AnyScenario, repeat: int, failure: str | None) -> None:
        outlook, name = self._outlook, scenario.name
        took_seconds = self._clock() - self._begun_at
        outlook.ended(name, took_seconds, failed=failure is not None)
        total = outlook.repeats_done + outlook.repeats_left
        line = Text(f"{outlook.repeats_done:>{len(str(total))}} of {total}  ")
        line.append(f"{name}, repeat {repeat + 1} of {outlook.planned[name]}: ")
        line.append(f"{took_seconds:.1f} s" if failure is None else f"failed: {one_line(failure, FAILURE_CHARACTERS)}")
        if outlook.repeats_left:
            line.append(f"; {_left(outlook)}")
        self._console.print(line, soft_wrap=True)


class Picture:
    def __init__(self, live: Live, outlook: Outlook, clock: Seconds) -> None:
        self._live = live
        self._outlook = outlook
        self._clock = clock
        self._started_at = self._begun_at = clock()
        self._running = ""
        # What each is doing just now, or why it has failed.
        self._said: dict[str, str] = {}

    def begins(self, scenario: AnyScenario, repeat: int) -> None:
        self._begun_at = self._clock()
        self._running = scenario.name
        self._said[scenario.name] = "starting a system"
        self._draw()

    def progresses(self, words: str) -> None:
        self._said[self._running] = one_line(words, DOING_CHARACTERS)
        self._draw()

    def ends(self, scenario: AnyScenario, repeat: int, failure: str | None) -> None:
        took_seconds = self._clock() - self._begun_at
        self._outlook.ended(scenario.name, took_seconds, failed=failure is not None)
        self._said[scenario.name] = "" if failure is None else one_line(failure, FAILURE_CHARACTERS)
        self._running = ""
        self._draw()

    def _draw(self) -> None:
        self._live.update(Group(self._summary(), Text(), self._scenarios()), refresh=True)

    def _summary(self) -> RenderableType:
        outlook = self._outlook
        total = outlook.repeats_done + outlook.repeats_left
        so_far = f"{span(timedelta(seconds=self._clock() - self._started_at))} so far"
        said = f"{outlook.repeats_done} of {total} repeats, {so_far}, {_left(outlook)}"
        if self._live.console.width < BAR_WIDTH + len(said):
            return Text(said)
        bar = ProgressBar(total, outlook.repeats_done, width=BAR_WIDTH, complete_style="cyan")
        return Columns([bar, said], padding=(0, 2))

    def _scenarios(self) -> Table:
        table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True, justify="right")
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        for name in self._outlook.planned:
            table.add_row(*self._row(name))
        return table

    def _row(self, name: str) -> tuple[Text, Text, Text, Text]:
        outlook = self._outlook
        done, failed = outlook.done(name), outlook.has_failed(name)
        runs = name == self._running
        marks = Text("●" * (done - failed), style="green")
        if failed:
            marks.append("✗", style="bold red")
        elif runs:
            marks.append("◐", style="bold")
        marks.append("○" * (outlook.planned[name] - done - (runs and not failed)), style="dim")
        seconds = outlook.seconds(name)
        return (
            Text(name, style="bold" if runs else "red" if failed else "" if done else "dim"),
            marks,
            Text("" if seconds is None else f"{seconds:.1f} s", style="dim"),
            Text(self._said.get(name, ""), style="red" if failed else "dim"),
        )


def _left(outlook: Outlook) -> str:
    seconds = outlook.seconds_left
    return "no end in sight yet" if seconds is None else f"about {span(timedelta(seconds=seconds))} left"
