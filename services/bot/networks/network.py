"""What a network is to the bot: somebody who hears lines, and who says some.

On the bus a network is whoever publishes to `docs.chat.<network>.<channel>` and answers `say.<network>.>`; any program
can be one. Those that live in the bot's own process keep this protocol, and `door.py` does the rest for them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from shared.contracts.chat import Say, Speaker


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that happened in a channel. `channel` is as it stands in a subject."""

    channel: str
    author: str
    text: str
    at: datetime
    # None for a line that was just said, else one of the kinds of `shared.contracts.chat`.
    kind: str | None = None
    speaker: Speaker = field(default_factory=Speaker)
    # The network's own id of it, if it has one.
    id: str | None = None


# It never waits, and never raises.
Hear = Callable[[Heard], None]


class Network(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def tenant(self) -> str: ...

    async def run(self, hear: Hear) -> None:
        """Be there until `stop`, whatever the network does meanwhile."""

    async def say(self, say: Say) -> None:
        """Return when the network has taken the line.

        Raises `TimedOut` if it isn't known whether it did, and any other error of ours if it certainly did not:
        `Unavailable` if a later try may help, `Invalid` or `NotFound` if none will.
        """

    async def stop(self) -> None: ...

    def vitals(self) -> Mapping[str, object]: ...
