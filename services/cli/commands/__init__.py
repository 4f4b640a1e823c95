"""One file for each command or family of commands; each has an `add_to(app)`."""

from collections.abc import Callable

import typer

COMMAND_GROUPS: tuple[Callable[[typer.Typer], None], ...] = ()
