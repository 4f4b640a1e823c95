"""`postil chat`: talk to the bot, and to whoever else is in the channel."""

import sys
from getpass import getuser
from typing import Annotated, BinaryIO

import typer

from services.cli.chat.piped import Piped
from services.cli.output import complain
from services.cli.session import DataOption, Exit, Session, TenantOption, run
from shared.clock import SystemClock

DEFAULT_CHANNEL = "general"
WAIT_SECONDS = 3.0


def add_to(app: typer.Typer) -> None:
    app.command()(chat)


def chat(
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="Where to talk.")] = DEFAULT_CHANNEL,
    name: Annotated[str | None, typer.Option("--as", metavar="NAME", help="Who you are.", show_default="login")] = None,
    wait: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="In a pipe: how long a command waits for its answer.")
    ] = WAIT_SECONDS,
    data: DataOption = None,
    tenant: TenantOption = None,
) -> None:
    """Talk to the bot, and to whoever else is in the channel.

    At a terminal it goes on until Ctrl-D. In a pipe each line is said when
    the one before has been answered, and the answers are printed; a command
    without an answer makes the exit code 6.

    Example: echo '!help' | postil chat
    """
    me = name or _login_name()

    async def talk(session: Session) -> None:
        if sys.stdin.isatty() and sys.stdout.isatty():
            from services.cli.chat.terminal import talk_at_terminal  # noqa: PLC0415  a while, in every command

            await talk_at_terminal(session, SystemClock(), channel, me)
        else:
            # Without its buffer: that is locked by whoever waits in it, also when all is over.
            source: BinaryIO = getattr(sys.stdin.buffer, "raw", sys.stdin.buffer)
            if await Piped(session, SystemClock(), channel, me, wait).run(source):
                raise typer.Exit(Exit.INCOMPLETE)

    run(talk, data=data, tenant=tenant)


def _login_name() -> str:
    try:
        return getuser()
    except (KeyError, OSError) as error:
        complain("nobody knows your name here; say it with --as NAME")
        raise typer.Exit(Exit.USAGE) from error
