"""Which services there are, where each is built, and the order in which they stop."""

from enum import StrEnum
from importlib import import_module
from typing import cast

from shared.contracts.message import ROOT
from shared.runtime.process import Build


class ServiceName(StrEnum):
    INGEST = "ingest"
    DATABASE = "database"
    SEARCH = "search"
    ANALYSIS = "analysis"
    BOT = "bot"

    @property
    def calling(self) -> str:
        """Its name in discovery."""
        return f"{ROOT}-{self.value}"


# Those that write stop before the one that keeps what they write; and what the bot writes goes through ingest.
STOP_ORDER = (
    (ServiceName.BOT,),
    (ServiceName.INGEST, ServiceName.ANALYSIS),
    (ServiceName.SEARCH, ServiceName.DATABASE),
)

# The database has two processes: one commits, and one finds.
_ROOMS = {ServiceName.SEARCH: "database.search"}


def build_of(name: ServiceName) -> Build:
    """A process imports the one service that it serves, and none of the others."""
    return cast(Build, import_module(f"services.{_ROOMS.get(name, name.value)}.service").build)
