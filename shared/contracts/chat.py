"""Chat: a line that is heard is a document in `chat.<network>.<channel>`; what the bot says is `Say`.

A channel whose name begins with `@` is a private conversation with the person of that name.
"""

from datetime import datetime
from typing import Self

from pydantic import JsonValue, ValidationError

from shared.contracts.house import CHAT_PREFIX, PRIVATE_MARK
from shared.contracts.message import Contract, Event

# The network of `postil chat`.
CONSOLE = "console"

# The kinds of a line, beside None for what somebody has just said. Only that can be a command.
ACTION, NOTICE, JOINED, LEFT, TOPIC = "action", "notice", "joined", "left", "topic"


class Speaker(Contract):
    """What a network knows of who said a line, beside the name: the line's `data`.

    A name is as good as the network's care for names. An account is one that somebody has logged in to, and a host
    is written as `name!user@host`.
    """

    account: str | None = None
    host: str | None = None
    bot: bool = False

    @classmethod
    def of(cls, data: JsonValue) -> Self:
        """Whatever else a line may carry: then nothing is known."""
        try:
            return cls.model_validate(data)
        except ValidationError:
            return cls()


class Say(Event):
    """One line that the bot says. Whoever has said it, or can't, may reply to the message: then the bot knows."""

    # Of this line and no other: one that comes again is the same.
    id: str | None = None
    network: str
    channel: str
    text: str
    # Whom it is for, where others hear it too.
    to: str | None = None
    in_reply_to: str | None = None

    @property
    def address(self) -> str:
        return f"say.{self.network}.{self.channel}"


class Said(Contract):
    """A network's word that the line is out."""

    at: datetime | None = None


def chat_collection(network: str, channel: str) -> str:
    return f"{CHAT_PREFIX}{network}.{channel}"


def network_and_channel(collection: str) -> tuple[str, str] | None:
    """None for what is no chat."""
    network, dot, channel = collection.removeprefix(CHAT_PREFIX).partition(".")
    return (network, channel) if collection.startswith(CHAT_PREFIX) and dot and channel else None


def private_channel(name: str) -> str:
    return f"{PRIVATE_MARK}{name}"


def is_private(channel: str) -> bool:
    return channel.startswith(PRIVATE_MARK)
