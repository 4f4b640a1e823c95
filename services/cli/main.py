"""The `postil` command: puts the commands together. Each file in `commands/` adds its own."""

import sys

import typer

from services.cli.commands import add_commands
from shared.logs import configure_logs
from shared.settings import LogSettings

EXIT_CODES = (
    "Exit codes: 0 done, 1 failed, 2 wrong usage or setting, 3 not found, 4 refused, "
    "5 something is not available, 6 done in part (rejected rows, drift found), 130 interrupted."
)

app = typer.Typer(
    name="postil",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def quietly() -> None:
    """The memory of a NATS bus: publish a document, have it for good, ask for it."""
    # What the parts have to say while a command uses them is for the person, and only when something is wrong.
    configure_logs(LogSettings(level="warning"), service="cli", stream=sys.stderr)


add_commands(app, sys.argv[1:])


def main() -> None:
    app(prog_name="postil")


if __name__ == "__main__":
    main()
