"""One channel of the console as one person takes part in it: what is said there, and what the bot says.

How it is read from somebody and shown to somebody is left to `piped` and `terminal`.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex

from pydantic import TypeAdapter, ValidationError

from services.cli.composing import compose
from services.cli.patiently import patiently
from services.cli.session import Session
from services.cli.words import size
from shared import __version__
from shared.bus.bus import reply_with
from shared.bus.wire import MESSAGE_ID_HEADER, Calling, Delivery, Endpoint, Reply
from shared.clock import Clock
from shared.contracts.chat import CONSOLE, Said, Say, chat_collection, is_private, private_channel
from shared.contracts.documents import Document, Draft, RecentDocuments
from shared.contracts.message import ROOT, Collection, subject_for
from shared.errors import Invalid, TooLarge

SOURCE = "postil chat"
BOT_NAME = "postil"
ID_BYTES = 10
LINE_BYTES_MAX = 64 * 1024
PATIENCE_SECONDS = 10.0
RECENT_SECONDS_MAX = 2.0
CONFIRMING_COUNT_MAX = 64
# A message may hold thousands of documents, and nobody reads them as they fly by.
SHOWN_COUNT_MAX = 50

_COLLECTION: TypeAdapter[str] = TypeAdapter(Collection)


@dataclass(frozen=True, slots=True)
class Line:
    """Something that somebody said, as it came: nothing in it is harmless."""

    at: datetime
    name: str
    text: str
    kind: str | None = None
    by_bot: bool = False
    # Nobody else has heard it.
    private: bool = False
    in_reply_to: str | None = None
    # The document's, if it has one.
    id: str | None = None


@dataclass
class Conversation:
    session: Session
    clock: Clock
    channel: str
    name: str
    hear: Callable[[Line], None]
    # The connection was lost and is back; what was said meanwhile has not been heard.
    missed: Callable[[], None]
    prefix: str = field(init=False)
    _collection: str = field(init=False)
    _losses: int = 0

    def __post_init__(self) -> None:
        self._collection = _checked(chat_collection(CONSOLE, self.channel), f"{self.channel!r} can't be a channel")
        _checked(private_channel(self.name), f"{self.name!r} can't be a name here")
        if self.name.lower() == BOT_NAME:
            raise Invalid(f"{self.name!r} is the bot's name; it doesn't listen to itself")
        self.prefix = self.session.settings.bot.prefix

    def is_command(self, text: str) -> bool:
        return is_private(self.channel) or text.startswith(self.prefix)

    async def say(self, text: str, id: str) -> None:
        """It is on disk when this returns."""
        if "\0" in text:
            # Whoever keeps it would refuse it, when nobody looks any more.
            raise Invalid("a line can't hold a NUL character")
        if len(text.encode(errors="replace")) > LINE_BYTES_MAX:
            raise TooLarge(f"a line may have {size(LINE_BYTES_MAX)}")
        draft = Draft(id=id, author=self.name, text=text, source=SOURCE, occurred_at=self.clock.now())
        subject, payload, headers = self._subject(f"docs.{self._collection}"), draft.encode(), {MESSAGE_ID_HEADER: id}
        await patiently(lambda: self.session.bus.wire.append(subject, payload, headers), seconds_max=PATIENCE_SECONDS)

    async def recent(self, count: int) -> Sequence[Line]:
        """What was said here last, the oldest first."""
        query = RecentDocuments(collection=self._collection, limit=count)
        newest = await self.session.bus.ask(self.session.tenant, query, seconds_max=RECENT_SECONDS_MAX)
        return [_line_of(document, document.created_at) for document in reversed(newest.items)]

    async def listen(self, stack: AsyncExitStack) -> None:
        wire = self.session.bus.wire
        endpoints = [
            Endpoint(f"say-{number}", self._subject(f"say.{CONSOLE}.{channel}"), self._confirm, CONFIRMING_COUNT_MAX)
            for number, channel in enumerate(self._channels)
        ]
        for pattern, hear in (
            (self._subject(f"docs.{self._collection}"), self._hear_lines),
            *((endpoint.pattern, self._hear_say) for endpoint in endpoints),
        ):
            stack.push_async_callback((await wire.watch(pattern, hear, self._on_missed)).stop)
        # The last, so that whatever is confirmed is heard, by all who are here.
        calling = Calling(f"{ROOT}-chat-{CONSOLE}", __version__, "Somebody who chats at a terminal.", dict)
        stack.push_async_callback((await wire.answer(calling, endpoints)).stop)

    @property
    def _channels(self) -> Sequence[str]:
        """Where the bot speaks to us."""
        return list(dict.fromkeys((self.channel, private_channel(self.name))))

    def _subject(self, address: str) -> str:
        return subject_for(self.session.tenant, address)

    async def _confirm(self, _: Delivery) -> Reply:
        return reply_with(Said(at=self.clock.now()))

    def _hear_lines(self, delivery: Delivery) -> None:
        for draft in list(_drafts_in(delivery.payload, self._collection))[:SHOWN_COUNT_MAX]:
            self.hear(_line_of(draft, self.clock.now()))

    def _hear_say(self, delivery: Delivery) -> None:
        try:
            say = Say.decode(delivery.payload)
        except Invalid:
            # Anybody may publish there.
            return
        private = is_private(say.channel)
        self.hear(Line(self.clock.now(), BOT_NAME, say.text, None, True, private, say.in_reply_to))

    def _on_missed(self) -> None:
        # Once for all that is listened to.
        self._losses += 1
        if self._losses % (1 + len(self._channels)) == 0:
            self.missed()


@asynccontextmanager
async def taking_part(conversation: Conversation) -> AsyncIterator[Conversation]:
    async with AsyncExitStack() as stack:
        await conversation.listen(stack)
        yield conversation


def new_id() -> str:
    return token_hex(ID_BYTES)


def _line_of(document: Draft | Document, at: datetime) -> Line:
    text = document.text or document.title or ""
    return Line(document.occurred_at or at, document.author or "", text, document.kind, id=document.id)


def _drafts_in(payload: bytes, collection: str) -> Iterator[Draft]:
    try:
        yield from compose(payload, collection, {})
    except (Invalid, ValidationError):
        # Ingest refuses it, too.
        return


def _checked(name: str, trouble: str) -> str:
    try:
        return _COLLECTION.validate_python(name)
    except ValidationError as error:
        raise Invalid(f"{trouble}: words joined by dots, without spaces, '*' or '>'") from error
