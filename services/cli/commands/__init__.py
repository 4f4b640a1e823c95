"""One file for each command or family of commands; each has an `add_to(app)`."""

from collections.abc import Callable

import typer

from services.cli.commands import (
    analyse,
    audit,
    bench,
    chat,
    config,
    dead,
    doctor,
    documents,
    exporting,
    feedback,
    importing,
    indexes,
    publish,
    search,
    serve,
    standing,
    stats,
    status,
    up,
    watch,
)

COMMAND_GROUPS: tuple[Callable[[typer.Typer], None], ...] = (
    up.add_to,
    serve.add_to,
    publish.add_to,
    importing.add_to,
    exporting.add_to,
    documents.add_to,
    search.add_to,
    stats.add_to,
    standing.add_to,
    feedback.add_to,
    analyse.add_to,
    indexes.add_to,
    watch.add_to,
    chat.add_to,
    dead.add_to,
    audit.add_to,
    status.add_to,
    doctor.add_to,
    config.add_to,
    bench.add_to,
)
