"""What `postil up` says when everything is ready: where it is, and some commands to try next."""

import shlex
import shutil
import sys
from pathlib import Path

from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from services.cli.output import console, show
from shared.settings import Settings

TRIES = (
    ('publish notes "hello, margin"', "keep a document"),
    ("list notes", "see what is kept"),
    ("search margin", "find it again"),
    ("status", "see how everybody is"),
)


def greet(settings: Settings, nats_url: str) -> None:
    where = Table.grid(padding=(0, 2))
    where.add_row("listens at", nats_url)
    where.add_row("keeps data in", _short(settings.data))
    tries = Table.grid(padding=(0, 2))
    for arguments, what_for in TRIES:
        tries.add_row(Text(f"{command()} {arguments}{_data_option(settings)}", style="bold"), what_for)
    said = Group(where, Text("\nTry, in another terminal:"), tries, Text("\nCtrl-C stops everything.", style="dim"))
    if console.is_terminal:
        show(Panel.fit(said, title="Postil is ready", title_align="left", padding=(1, 2)))
    else:
        show(Group("Postil is ready", said))


def command() -> str:
    """How the reader can call us: by name if the shell finds it, else by its place."""
    ours = Path(sys.argv[0]).absolute()
    if ours.suffix == ".py":
        return f"{_short(Path(sys.executable))} -m services.cli.main"
    found = shutil.which(ours.name)
    return ours.name if found and Path(found).resolve() == ours.resolve() else shlex.quote(_short(ours))


def _data_option(settings: Settings) -> str:
    """Other commands look in the default place by themselves."""
    return (
        ""
        if settings.data == Settings.model_fields["data"].default
        else f" --data {shlex.quote(_short(settings.data))}"
    )


def _short(path: Path) -> str:
    """As one would write it from here."""
    full = path.absolute()
    return str(full.relative_to(Path.cwd()) if full.is_relative_to(Path.cwd()) else full)
