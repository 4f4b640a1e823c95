"""A chat at a terminal: a line to type in, and above it what is said."""

import asyncio
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.filters import Condition
from prompt_toolkit.patch_stdout import patch_stdout

from services.cli.chat.completing import QUIT, Commands, usages_in
from services.cli.chat.conversation import Conversation, Line, new_id, taking_part
from services.cli.chat.history import LinesInFile, history_file
from services.cli.chat.pictures import picture, picture_from_before
from services.cli.output import complain, console, note, warn
from services.cli.session import Session
from shared.clock import Clock
from shared.errors import PostilError, Unavailable
from shared.harmless import one_line
from shared.logs import configure_logs
from shared.settings import LogSettings

DISCOVERY_SECONDS_MAX = 2.0
SHOWN_CHARACTERS = 200
BEFORE_COUNT = 10
HELD_COUNT_MAX = 1_000


async def talk_at_terminal(session: Session, clock: Clock, channel: str, name: str) -> None:
    with _above_the_prompt():
        await Terminal(session, clock, channel, name, history_file()).run()


class Terminal:
    def __init__(self, session: Session, clock: Clock, channel: str, name: str, history: Path) -> None:
        self._session = session
        self._clock = clock
        self._name = name
        self._conversation = Conversation(session, clock, channel, name, self._hear, self._missed)
        # What is heard while it is being shown what was said before.
        self._held: deque[Line] | None = deque(maxlen=HELD_COUNT_MAX)
        self.commands = Commands(self._conversation.prefix)
        self.prompt: PromptSession[str] = PromptSession(
            f"{one_line(channel, SHOWN_CHARACTERS)}> ",
            # What was said is shown when it is heard, by whoever said it.
            erase_when_done=True,
            history=LinesInFile(history),
            completer=self.commands,
            complete_while_typing=Condition(lambda: self.commands.may_begin(get_app().current_buffer.text)),
        )

    async def run(self) -> None:
        async with taking_part(self._conversation) as conversation:
            await self._show_what_was_before(conversation)
            note(
                f"You are {self._name} in {conversation.channel}; "
                f"{conversation.prefix}help tells what can be asked, Ctrl-D ends."
            )
            learning = asyncio.create_task(self._learn())
            try:
                await self._talk(conversation)
            finally:
                learning.cancel()

    async def _talk(self, conversation: Conversation) -> None:
        while True:
            try:
                text = (await self.prompt.prompt_async()).strip()
            except KeyboardInterrupt:
                continue
            except EOFError:
                return
            if text.split()[:1] == [QUIT]:
                return
            if text.startswith("/"):
                note(f"{text.split()[0]} is unknown: {QUIT} ends, and commands begin with {conversation.prefix}")
            elif text:
                await self._say(conversation, text)

    async def _say(self, conversation: Conversation, text: str) -> None:
        try:
            await conversation.say(text, new_id())
        except PostilError as error:
            # It can be had back with the arrow.
            complain(f"{error.detail}; not said: {one_line(text, SHOWN_CHARACTERS)}")

    async def _learn(self) -> None:
        with suppress(Unavailable):
            usages = usages_in(await self._session.bus.wire.services(DISCOVERY_SECONDS_MAX))
            self.commands.know(usages)
            if not usages:
                note("The bot is away just now: what you say is kept, and gets no answer.")

    async def _show_what_was_before(self, conversation: Conversation) -> None:
        day, known = self._clock.now().astimezone().date(), set[str | None]()
        try:
            before = await conversation.recent(BEFORE_COUNT)
        except PostilError as error:
            note(f"what was said before is not shown: {error.detail}")
            before = []
        for line in before:
            if day != (day := line.at.astimezone().date()):
                note(f"{day:%Y-%m-%d}")
            console.print(picture_from_before(line, self._name))
            known.add(line.id)
        held, self._held = self._held or (), None
        for line in held:
            if line.id is None or line.id not in known:
                self._hear(line)

    def _hear(self, line: Line) -> None:
        if self._held is not None:
            self._held.append(line)
            return
        console.print(picture(line, self._name))

    def _missed(self) -> None:
        warn("the connection was lost and is back; what was said meanwhile is kept, but not shown here")


@contextmanager
def _above_the_prompt() -> Iterator[None]:
    """Whatever is printed, also by the log, stands above the line in which somebody types."""
    try:
        # As it is: colours are ours, and nothing else in a line is more than text.
        with patch_stdout(raw=True):
            configure_logs(LogSettings(level="warning"), service="cli", stream=sys.stderr)
            yield
    finally:
        configure_logs(LogSettings(level="warning"), service="cli", stream=sys.stderr)
