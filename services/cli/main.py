"""The `postil` command: puts the commands together. Each file in `commands/` adds its own."""

import typer

from services.cli.commands import COMMAND_GROUPS

EXIT_CODES = (
    "Exit codes: 0 done, 1 failed, 2 wrong usage or setting, 3 not found, 4 refused, "
    "5 something is not available, 6 done in part (rejected rows, drift found), 130 interrupted."
)

app = typer.Typer(
    name="postil",
    help="The memory of a NATS bus: publish a document, have it for good, ask for it.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for add_to in COMMAND_GROUPS:
    add_to(app)


def main() -> None:
    app()
