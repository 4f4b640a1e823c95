"""Printing: data goes to standard output, everything else to standard error, so that pipes stay clean."""

import sys

import orjson
from rich.console import Console
from rich.markup import escape

from shared.contracts.message import Contract

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


def print_json(value: object) -> None:
    """One object, one line."""
    line = value.model_dump_json().encode() if isinstance(value, Contract) else orjson.dumps(value)
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def note(message: str) -> None:
    """Something for the person, not for the pipe."""
    errors.print(escape(message), style="dim")


def complain(message: str) -> None:
    errors.print(f"[bold red]postil:[/] {escape(message)}")
