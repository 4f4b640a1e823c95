"""Asking before something is gone for good."""

import sys

import typer

from services.cli.output import complain
from services.cli.session import Exit


def confirm(question: str, *, yes: bool) -> None:
    """Return if the person agrees. Without one at the keyboard, only `--yes` is an agreement."""
    if yes:
        return
    if not sys.stdin.isatty():
        complain(f"{question} There is nobody to ask: say --yes.")
        raise typer.Exit(Exit.USAGE)
    if not typer.confirm(question, err=True):
        raise typer.Exit(Exit.FAILED)
