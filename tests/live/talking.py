"""A chat network that is nobody's but the test's: it says lines, and hears what the bot says there."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from uuid import uuid4

from nats.aio.msg import Msg

from tests.flow.stranger import Json, Stranger
from tests.live.strangers import client
from tests.system import System
from tests.until import until

SAID = b"{}"
REFUSAL = {"Nats-Service-Error-Code": "503", "Nats-Service-Error": "not just now"}
Reply = Callable[[Json], bytes | None]


def confirms(_: Json) -> bytes | None:
    return SAID


class Talk:
    """Everybody is an owner on the network `console`, so that no limit is in the way."""

    def __init__(self, stranger: Stranger, network: str) -> None:
        self.stranger = stranger
        self.network = network
        self.heard: list[Json] = []
        # An empty reply turns the line away, and with None there is none.
        self.reply: Reply = confirms
        # Somebody who says all of it once more.
        self.parrot: str | None = None

    @property
    def texts(self) -> Sequence[str]:
        return [say["text"] for say in self.heard]

    async def listen(self) -> None:
        client = self.stranger.client
        await client.subscribe(f"postil.{self.stranger.tenant}.say.{self.network}.>", cb=self._hear)
        await client.flush()

    async def _hear(self, message: Msg) -> None:
        say = json.loads(message.data)
        self.heard.append(say)
        if self.parrot:
            await self.tell(say["text"], say["channel"], self.parrot)
        if (reply := self.reply(say)) is not None:
            await self.stranger.client.publish(message.reply, reply, headers=None if reply else REFUSAL)

    async def tell(self, text: str, channel: str = "room", author: str = "ada") -> str:
        """Returns the line's id, once it is on the disk."""
        id = uuid4().hex
        await self.stranger.publish({"id": id, "author": author, "text": text}, f"chat.{self.network}.{channel}")
        return id

    def answers(self, id: str) -> Sequence[str]:
        return [say["text"] for say in self.heard if say.get("in_reply_to") == id]

    async def asked(self, text: str, lines: int = 1, channel: str = "room", author: str = "ada") -> Sequence[str]:
        """What the bot says to it, once there are so many lines."""
        id = await self.tell(text, channel, author)
        await until(lambda: len(self.answers(id)) >= lines, seconds_max=20)
        return self.answers(id)

    async def until_answered(self, text: str, begin: str = "") -> str:
        """Ask again and again, until the bot is there and says it."""
        said = ""

        async def is_answered() -> bool:
            nonlocal said
            id = await self.tell(text)
            try:
                await until(lambda: self.answers(id) != [], seconds_max=0.3)
            except TimeoutError:
                return False
            said = self.answers(id)[0]
            return said.startswith(begin)

        await until(is_answered, seconds_max=30, look_seconds=0.1)
        return said


@asynccontextmanager
async def talking(system: System, tenant: str = "") -> AsyncIterator[Talk]:
    """On the console, in a tenant of its own if none is named."""
    async with client(system.url) as connection:
        talk = Talk(Stranger(connection, tenant or f"t{uuid4().hex}"), "console")
        await talk.listen()
        yield talk
