"""A bot that knows a few lines, in place of the real one, whose answers are its own affair."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from shared.bus.bus import Bus
from shared.bus.nats import NatsWire
from shared.bus.wire import Calling, Delivery
from shared.contracts.chat import Said, Say
from shared.contracts.documents import Draft
from shared.contracts.message import subject_for
from shared.errors import Invalid

USAGES = ["!about", "!quote add TEXT", "!quote get [ID]", "!recent [COUNT]"]


class FakeBot:
    """Says what it was given for a line, and keeps what it heard."""

    def __init__(self, bus: Bus, tenant: str, answers: Mapping[str, Sequence[str]]) -> None:
        self.bus = bus
        self.tenant = tenant
        self._answers = answers
        self.heard: list[Draft] = []
        self.subjects: list[str] = []
        self._unanswered: asyncio.Queue[tuple[Draft, str]] = asyncio.Queue()
        self.confirmed: list[Said] = []

    def hear(self, delivery: Delivery) -> None:
        try:
            line = Draft.decode(delivery.payload)
        except Invalid:
            return
        self.heard.append(line)
        self.subjects.append(delivery.subject)
        self._unanswered.put_nowait((line, delivery.subject))

    async def answer(self) -> None:
        """What it has heard, in order."""
        while True:
            line, subject = await self._unanswered.get()
            network, _, channel = subject.partition(".docs.chat.")[2].partition(".")
            for text in self._answers.get(line.text or "", ()):
                private = text.startswith("psst")
                say = Say(
                    network=network,
                    channel=f"@{line.author}" if private else channel,
                    text=text,
                    in_reply_to=line.id,
                )
                await self.say(say)

    async def say(self, say: Say) -> None:
        reply = await self.bus.wire.request(subject_for(self.tenant, say.address), say.encode(), seconds_max=5)
        self.confirmed.append(Said.decode(reply.payload))

    def calling(self) -> Calling:
        return Calling("postil-bot", "1.0.0", "A bot that knows a few lines.", lambda: {"usages": USAGES})


@asynccontextmanager
async def fake_bot(url: str, tenant: str, answers: Mapping[str, Sequence[str]]) -> AsyncIterator[FakeBot]:
    wire = await NatsWire.connect(url, name="fake-bot")
    bot = FakeBot(Bus(wire), tenant, answers)
    await wire.watch(subject_for(tenant, "docs.chat.>"), bot.hear, lambda: None)
    await wire.answer(bot.calling(), [])
    answering = asyncio.create_task(bot.answer())
    try:
        yield bot
    finally:
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)
        await wire.close()
