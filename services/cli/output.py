"""Printing: data goes to standard output, everything else to standard error, so that pipes stay clean."""

import sys

import orjson
from rich.console import Console, RenderableType
from rich.markup import escape

from shared.contracts.message import Contract
from shared.harmless import harmless

# What is printed is often a stranger's: ":100:" in it stays what it is.
console = Console(highlight=False, emoji=False)
errors = Console(stderr=True, highlight=False, emoji=False)

PIPE_WIDTH = 1_000


def print_json(value: object) -> None:
    """One object, one line."""
    line = value.model_dump_json().encode() if isinstance(value, Contract) else orjson.dumps(value)
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def show(picture: RenderableType) -> None:
    """A table or the like. In a pipe it takes the width it needs, because nobody's window ends there."""
    if console.is_terminal:
        console.print(picture)
    else:
        # A console of its own, because `print` takes a width only to become narrower.
        Console(highlight=False, emoji=False, width=PIPE_WIDTH).print(picture, soft_wrap=True)


def note(message: str) -> None:
    """Something for the person, not for the pipe."""
    errors.print(escape(harmless(message)), style="dim", soft_wrap=True)


def complain(message: str) -> None:
    errors.print(f"[bold red]postil:[/] {escape(harmless(message))}", soft_wrap=True)


def warn(message: str) -> None:
    """What was done is less than it could be."""
    errors.print(escape(harmless(message)), style="yellow", soft_wrap=True)
