"""What every command needs: the settings with the options applied, a bus, and one way in which failures end."""

import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Annotated, TypeVar

import typer
import uvloop
from pydantic import ValidationError
from pydantic_settings import SettingsError

from services.cli.endpoints import check_alive
from services.cli.origins import unknown_settings
from services.cli.output import complain
from shared.bus.bus import Bus
from shared.bus.connect import connect
from shared.contracts.message import in_words
from shared.errors import Conflict, Invalid, NotFound, PostilError, TooLarge, Unavailable
from shared.settings import CONFIG_VARIABLE, Settings, config_file

ResultT = TypeVar("ResultT")

DataOption = Annotated[
    Path | None,
    typer.Option("--data", help="The data folder of a running system.", show_default="POSTIL_DATA or ./postil-data"),
]
TenantOption = Annotated[
    str | None, typer.Option("--tenant", help="Speak for this tenant.", show_default="POSTIL_TENANT or main")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line, for other programs.")]


class Exit(IntEnum):
    """Exit codes, the same for every command; `postil --help` lists them."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    REFUSED = 4
    UNAVAILABLE = 5
    INCOMPLETE = 6
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Session:
    bus: Bus
    tenant: str
    settings: Settings


def command_line(data: Path | None = None, tenant: str | None = None, port: int | None = None) -> dict[str, object]:
    """What the options said, as settings."""
    said = {"data": data, "tenant": tenant, "broker": None if port is None else {"port": port}}
    return {name: value for name, value in said.items() if value is not None}


def settings_with(data: Path | None = None, tenant: str | None = None, port: int | None = None) -> Settings:
    """The settings, with the command line's word above all others."""
    try:
        if CONFIG_VARIABLE in os.environ and not config_file().is_file():
            raise FileNotFoundError(f"{CONFIG_VARIABLE} names {config_file()}, and there is no such file")
        return Settings(**command_line(data, tenant, port))  # type: ignore[arg-type]  # by name, and then validated
    except ValidationError as error:
        complain(f"a setting is wrong: {in_words(error)}")
        warn_of_unknown()
        raise typer.Exit(Exit.USAGE) from error
    except (SettingsError, TOMLDecodeError, OSError) as error:
        complain(f"the settings can't be read: {error}")
        raise typer.Exit(Exit.USAGE) from error


def warn_of_unknown() -> None:
    """Tell of names that were written down as settings and are none: they are most likely typing mistakes."""
    for sentence in unknown_settings():
        complain(sentence)


def run(work: Callable[[Session], Awaitable[ResultT]], *, data: Path | None, tenant: str | None) -> ResultT:
    """Connect, do the work, disconnect; a failure is told in one sentence and becomes the exit code."""
    settings = settings_with(data, tenant)

    async def connected() -> ResultT:
        bus = Bus(await connect(settings, name="cli"))
        try:
            return await work(Session(bus, settings.tenant, settings))
        finally:
            await bus.wire.close()

    with reporting():
        if settings.nats.url is None:
            check_alive(settings.data)
        return uvloop.run(connected())


@contextmanager
def reporting() -> Iterator[None]:
    """A failure is told in one sentence and becomes the exit code."""
    try:
        yield
    except PostilError as error:
        complain(error.detail)
        raise typer.Exit(exit_code_of(error)) from error
    except ValidationError as error:
        # A query that was made of the arguments: what was typed can't be asked.
        complain(in_words(error))
        raise typer.Exit(Exit.USAGE) from error
    except KeyboardInterrupt as error:
        raise typer.Exit(Exit.INTERRUPTED) from error


def exit_code_of(error: PostilError) -> Exit:
    if isinstance(error, NotFound):
        return Exit.NOT_FOUND
    if isinstance(error, Invalid | Conflict | TooLarge):
        return Exit.REFUSED
    if isinstance(error, Unavailable):
        return Exit.UNAVAILABLE
    return Exit.FAILED
