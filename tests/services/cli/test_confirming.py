"""Asking somebody, or nobody."""

import os
import pty
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import typer

from services.cli.confirming import confirm
from services.cli.session import Exit


@contextmanager
def keyboard(typed: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A terminal on which somebody types."""
    controller, terminal = pty.openpty()
    os.write(controller, typed)
    with os.fdopen(terminal, "r") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield
    os.close(controller)


def test_a_yes_on_the_command_line_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)

    assert confirm("Really?", yes=True) is None  # type: ignore[func-returns-value]  # it returns, and that is the answer


def test_without_anybody_at_the_keyboard_nothing_is_agreed_to(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as end:
        confirm("Really?", yes=False)

    assert end.value.exit_code == Exit.USAGE
    assert "Really? There is nobody to ask" in capsys.readouterr().err


@pytest.mark.parametrize(("typed", "code"), [(b"y\n", None), (b"n\n", Exit.FAILED), (b"\n", Exit.FAILED)])
def test_somebody_is_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: bytes, code: Exit | None
) -> None:
    with keyboard(typed, monkeypatch):
        if code is None:
            confirm("Really?", yes=False)
        else:
            with pytest.raises(typer.Exit) as end:
                confirm("Really?", yes=False)
            assert end.value.exit_code == code

    assert "Really?" in capsys.readouterr().err
