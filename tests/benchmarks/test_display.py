"""A run while it goes on, on a terminal and elsewhere."""

import io
import re

from rich.console import Console

from benchmarks.display import watching
from benchmarks.running import Observer
from tests.benchmarks.toys import Toy

CONTROL = re.compile("\x1b\\[[?0-9]*[A-Za-z]")
TOYS = (Toy("alpha"), Toy("beta", repeats_max=1))


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def play(observer: Observer, clock: Clock, failure: str | None) -> None:
    """One repeat of each, the second one with this end."""
    for toy, end in zip(TOYS, (None, failure), strict=True):
        observer.begins(toy, 0)
        observer.progresses(f"counting in {toy.name}")
        clock.seconds += 65.0
        observer.ends(toy, 0, end)


def shown(*, terminal: bool, width: int = 80, failure: str | None = None) -> str:
    window, clock = io.StringIO(), Clock()
    console = Console(file=window, force_terminal=terminal, width=width, height=25, color_system=None)
    with watching(console, TOYS, 2, clock) as observer:
        play(observer, clock, failure)
    return window.getvalue()


def test_without_a_terminal_every_repeat_is_a_line() -> None:
    assert shown(terminal=False).splitlines() == [
        "1 of 3  alpha, repeat 1 of 2: 65.0 s; about 2m 10s left",
        "2 of 3  beta, repeat 1 of 1: 65.0 s; about 1m 5s left",
    ]


def test_a_failure_is_told_at_once_and_in_one_line() -> None:
    said = shown(terminal=False, failure="WorkMissing: 9\nof\x1b[31m 10").splitlines()
    assert said[1] == "2 of 3  beta, repeat 1 of 1: failed: WorkMissing: 9 of␛[31m 10; about 1m 5s left"


def test_on_a_terminal_the_picture_says_who_runs_what_is_done_and_what_is_left() -> None:
    said = shown(terminal=True)
    assert "0 of 3 repeats, 0s so far, no end in sight yet" in said
    assert "2 of 3 repeats, 2m 10s so far, about 1m 5s left" in said
    assert "counting in alpha" in said
    assert "●○" in said
    assert "◐○" in said


def test_a_failure_stays_in_the_picture() -> None:
    said = shown(terminal=True, failure="WorkMissing: 9 of 10")
    assert "✗" in said
    assert "WorkMissing: 9 of 10" in said


def test_the_picture_fits_a_narrow_window() -> None:
    said = shown(terminal=True, width=40, failure="WorkMissing: " + "x" * 100)
    lines = CONTROL.sub("", said).splitlines()
    assert max(map(len, lines)) <= 40
    assert any("WorkMissing" in line and line.endswith("…") for line in lines)
