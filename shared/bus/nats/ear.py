"""What both clients give to who listens: a subscription that can be ended in two steps."""

from collections.abc import Callable
from typing import Protocol

from shared.bus.nats.parser import Message

Hear = Callable[[Message], None]


class Ear(Protocol):
    pattern: str

    async def deafen(self) -> None:
        """Tell the server. What that has sent before is still heard until `forget`."""

    def forget(self) -> None: ...
