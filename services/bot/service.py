"""The bot service: hears chat lines as they are published, and says the answers of its commands.

It hears the very message that is being stored, so an answer waits for no disk.
"""

from collections.abc import Iterator, Mapping, Sequence

from pydantic import TypeAdapter, ValidationError

from services.bot import commands
from services.bot.command import Call, Command
from shared.bus.bus import Bus
from shared.bus.wire import Delivery
from shared.catalogue import parts_in
from shared.contracts.chat import Say
from shared.contracts.documents import Draft
from shared.contracts.message import tenant_and_address
from shared.contracts.standing import Match
from shared.errors import Unavailable
from shared.harmless import one_line
from shared.runtime.process import Context
from shared.runtime.service import Service, watch

_LINES = TypeAdapter(tuple[Draft, ...])
CHANNEL_ADDRESS_PARTS = 4
ANSWER_SECONDS_MAX = 2.0
MATCH_CHARACTERS = 200


class BotService(Service):
    name = "bot"
    description = "Answers chat-style commands."

    def __init__(self, bus: Bus, catalogue: Sequence[Command], prefix: str) -> None:
        self._bus = bus
        self._commands: Mapping[str, Command] = {command.word: command for command in catalogue}
        self._prefix = prefix

    @watch("docs.chat.>")
    async def hear(self, tenant: str, event: Delivery) -> None:
        _, address = tenant_and_address(event.subject)
        parts = address.split(".", CHANNEL_ADDRESS_PARTS - 1)
        if len(parts) < CHANNEL_ADDRESS_PARTS:
            return
        _, _, network, channel = parts
        for line in _lines_in(event.payload):
            words = (line.text or "").split()
            if not words or not words[0].startswith(self._prefix):
                continue
            call = Call(self._bus, tenant, network, channel, line.author, tuple(words[1:]))
            for text in await self._answer(words[0].removeprefix(self._prefix), call):
                say = Say(network=network, channel=channel, text=text, to=line.author, in_reply_to=line.id)
                await self._bus.publish(tenant, say)

    @watch("matches.>")
    async def tell(self, tenant: str, event: Delivery) -> None:
        """A standing query has found something, and a channel wants to hear of it."""
        match = Match.decode(event.payload)
        network, dot, channel = (match.channel or "").partition(".")
        if dot:
            await self._bus.publish(tenant, Say(network=network, channel=channel, text=_one_line_of(match)))

    async def _answer(self, word: str, call: Call) -> Sequence[str]:
        if word == "help":
            return [f"{self._prefix}{command.word}: {command.help}" for command in self._commands.values()]
        command = self._commands.get(word)
        if command is None:
            return []
        try:
            return await command.answer(call)
        except Unavailable:
            return ["The database does not answer just now; your line is safe."]


def _one_line_of(match: Match) -> str:
    document = match.document
    about = one_line(document.title or document.text or "", MATCH_CHARACTERS)
    by = f" by {document.author}" if document.author else ""
    return f"{match.name}: {about} ({one_line(f'{document.collection}/{document.id}{by}', MATCH_CHARACTERS)})"


def _lines_in(payload: bytes) -> Iterator[Draft]:
    """The documents of a message, as far as they can be a chat line; what ingest refuses is no command either."""
    stripped = payload.lstrip()
    try:
        if stripped.startswith(b"["):
            yield from _LINES.validate_json(stripped)
        elif stripped.startswith(b"{"):
            yield Draft.model_validate_json(stripped)
        else:
            yield Draft(text=payload.decode())
    except (ValidationError, UnicodeDecodeError):
        return


async def build(context: Context) -> Service:
    return BotService(context.bus, parts_in(commands, "command", Command), context.settings.bot.prefix)
