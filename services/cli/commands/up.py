"""`postil up`: the whole system, from one command."""

import asyncio
import os
import signal
import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from services.cli.banner import greet
from services.cli.endpoints import DataFolder
from services.cli.session import reporting, settings_with, warn_of_unknown
from services.cli.supervisor import Supervisor
from shared.logs import configure_logs
from shared.settings import Settings


def add_to(app: typer.Typer) -> None:
    app.command()(up)


def up(
    data: Annotated[
        Path | None,
        typer.Option(help="Keep everything in this folder.", show_default="POSTIL_DATA or ./postil-data"),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="The broker's port; 0 is any free one.", show_default="4222, else any"),
    ] = None,
) -> None:
    """Start everything: the broker and one process for each service. Ctrl-C lets all of them drain, and stops them.

    A service that dies is started anew. A second Ctrl-C doesn't wait for the drain.

    Example: postil up --data ~/postil
    """
    settings = settings_with(data, port=port)
    configure_logs(settings.logs, service="up", stream=sys.stderr)
    warn_of_unknown()
    with reporting():
        asyncio.run(_up(settings))


async def _up(settings: Settings) -> None:
    folder = DataFolder.claim(settings.data)
    try:
        supervisor = Supervisor(settings, folder)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, supervisor.told)
        # Whoever started us with `nohup` wants us to stay.
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            loop.add_signal_handler(signal.SIGHUP, _hang_up, supervisor)
        await supervisor.run(partial(greet, settings))
    finally:
        folder.release()


def _hang_up(supervisor: Supervisor) -> None:
    """The terminal is gone. Writing to it would fail, and the drain must not fail over a line of log."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
    supervisor.told()
