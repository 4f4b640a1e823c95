"""One file for each command or family of commands; each has an `add_to(app)`."""

from collections.abc import Sequence
from importlib import import_module

import typer

SERVE = "serve"
# In the order in which `postil --help` shows them.
FILES = (
    "up",
    SERVE,
    "publish",
    "importing",
    "exporting",
    "documents",
    "search",
    "stats",
    "standing",
    "feedback",
    "analyse",
    "indexes",
    "watch",
    "chat",
    "dead",
    "audit",
    "status",
    "doctor",
    "config",
    "bench",
)


def add_commands(app: typer.Typer, arguments: Sequence[str]) -> None:
    """All of them; but a service doesn't wait for the others, which are a fifth of its start."""
    for file in (SERVE,) if arguments[:1] == [SERVE] else FILES:
        import_module(f"{__name__}.{file}").add_to(app)
