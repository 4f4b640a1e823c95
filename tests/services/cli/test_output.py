"""What is printed, on a terminal and in a pipe."""

import io

import pytest
from rich.console import Console
from rich.text import Text

from services.cli import output
from services.cli.output import complain, note, print_json, show

LONG = "word " * 60


def test_in_a_pipe_a_picture_is_as_wide_as_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    show(Text(LONG))

    assert capsys.readouterr().out == LONG + "\n"


def test_on_a_terminal_it_keeps_to_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    window = io.StringIO()
    monkeypatch.setattr(output, "console", Console(file=window, width=40, force_terminal=True))
    show(Text(LONG))

    assert max(map(len, window.getvalue().splitlines())) <= 40


def test_what_strangers_wrote_is_printed_as_it_is_and_does_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    note("a [red]b[/] :100: \x1b[31m")
    complain("c [red]d[/]")

    assert capsys.readouterr().err == "a [red]b[/] :100: ␛[31m\npostil: c [red]d[/]\n"


def test_json_is_one_object_a_line(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    print_json({"a": "b\nc"})

    assert capsysbinary.readouterr().out == b'{"a":"b\\nc"}\n'
