"""`postil serve`: one service in this process. `postil up` starts each of its services by this."""

import os
from typing import Annotated

import structlog
import typer

from services.cli.roster import ServiceName, build_of
from services.cli.session import DataOption, Exit, exit_code_of, settings_with
from shared.errors import PostilError
from shared.logs import configure_logs
from shared.runtime.process import run_process

log = structlog.get_logger()

# Small products of matrices, many of them: threads of the libraries' own would spend their time waiting in a circle.
COMPUTING = ("OPENBLAS", "OMP", "MKL")


def add_to(app: typer.Typer) -> None:
    app.command()(serve)


def serve(
    name: Annotated[ServiceName, typer.Argument(help="The service to run.")],
    data: DataOption = None,
) -> None:
    """Run one service here, for systems that start their processes themselves. SIGTERM lets it drain.

    Example: POSTIL_NATS__URL=nats://nats.example:4222 postil serve ingest
    """
    for library in COMPUTING:
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    settings = settings_with(data)
    configure_logs(settings.logs, service=name)
    try:
        run_process(name, build_of(name), settings)
    except PostilError as error:
        log.error("cannot_serve", because=error.detail)
        raise typer.Exit(exit_code_of(error)) from error
    except Exception as error:  # The edge of the process: whoever keeps it running reads the log, and starts it anew.
        log.exception("broke", exc_info=error)
        raise typer.Exit(Exit.FAILED) from error
