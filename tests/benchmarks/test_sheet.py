"""Columns where there is room for them, lines where there is none."""

import io

from rich.console import Console
from rich.text import Text

from benchmarks.sheet import Section, Sheet


def sheet(first: str = "what was measured") -> Sheet:
    rows = [[Text(first), Text("12"), Text("good")], [Text("more"), Text("3"), Text()]]
    sections = [Section(Text("one"), rows, [Text("a remark")]), Section(Text("two"), [])]
    return Sheet(("", "value", "verdict"), frozenset({"value"}), sections, Text("the end"))


def lines(width: int, shown: Sheet) -> list[str]:
    window = io.StringIO()
    Console(file=window, width=width).print(shown)
    return [line.rstrip() for line in window.getvalue().splitlines()]


def test_columns_are_aligned_over_all_sections() -> None:
    assert lines(100, sheet()) == [
        "                     value  verdict",
        "one",
        "  a remark",
        "  what was measured     12  good",
        "  more                   3",
        "",
        "two",
        "",
        "the end",
    ]


def test_what_is_too_long_is_broken_and_the_numbers_stay_in_place() -> None:
    shown = lines(80, sheet("a long one " * 10))
    assert all(len(line) <= 80 for line in shown)
    (row,) = [line for line in shown if "good" in line]
    assert row.startswith("  a long one")


def test_a_narrow_window_gets_two_lines_for_a_row() -> None:
    assert lines(40, sheet()) == [
        "one",
        "  a remark",
        "  what was measured",
        "    12  good",
        "  more",
        "    3",
        "",
        "two",
        "",
        "the end",
    ]
