"""What a command is: a word, a line of help, and a function from a call to the lines of the answer."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from shared.bus.bus import Bus


@dataclass(frozen=True, slots=True)
class Call:
    """A command as somebody gave it in a channel."""

    bus: Bus
    tenant: str
    network: str
    channel: str
    author: str | None
    arguments: tuple[str, ...]

    @property
    def collection(self) -> str:
        """Where the channel's lines are kept."""
        return f"chat.{self.network}.{self.channel}"


@dataclass(frozen=True, slots=True)
class Command:
    word: str
    help: str
    answer: Callable[[Call], Awaitable[Sequence[str]]]
