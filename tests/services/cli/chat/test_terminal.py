"""A chat at a terminal: what is typed is said, and what is said stands above the line."""

import asyncio
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import orjson
import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from services.cli.chat.conversation import Conversation, Line
from services.cli.chat.terminal import Terminal
from services.cli.session import Session
from shared.bus.bus import Bus
from shared.bus.nats import NatsWire
from shared.clock import SystemClock
from shared.contracts.chat import Say
from shared.contracts.documents import Draft
from shared.contracts.message import subject_for
from shared.errors import Unavailable
from shared.settings import Settings
from tests.broker import BrokerForTests
from tests.services.cli.chat.bot import FakeBot, fake_bot
from tests.services.cli.postil import Postil
from tests.services.cli.spine import Spine
from tests.until import until

ANSWERS = {"!about": ["a memory of \x1b[31ma bus"], "!secret": ["psst: 42"]}


@dataclass
class Seat:
    """Somebody who sits at a terminal, and the bot in the same place."""

    keys: PipeInput
    terminal: Terminal
    bot: FakeBot
    capture: pytest.CaptureFixture[str]
    talking: asyncio.Task[None]
    _shown: list[str] = field(default_factory=list)

    def type(self, text: str) -> None:
        self.keys.send_text(text)

    def screen(self) -> str:
        captured = self.capture.readouterr()
        self._shown += [captured.out, captured.err]
        return "".join(self._shown)

    async def until_shown(self, text: str) -> None:
        await until(lambda: text in self.screen())

    @property
    def said(self) -> list[str | None]:
        return [line.text for line in self.bot.heard]


@asynccontextmanager
async def sitting(url: str, tenant: str, history: Path, capture: pytest.CaptureFixture[str]) -> AsyncIterator[Seat]:
    wire = await NatsWire.connect(url, name="terminal")
    session = Session(Bus(wire), tenant, Settings(data=history.parent))
    async with fake_bot(url, tenant, ANSWERS) as bot:
        with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
            terminal = Terminal(session, SystemClock(), "den", "ada", history)
            seat = Seat(keys, terminal, bot, capture, asyncio.create_task(terminal.run()))
            try:
                await seat.until_shown("You are ada in den")
                yield seat
            finally:
                seat.talking.cancel()
                await asyncio.gather(seat.talking, return_exceptions=True)
                await wire.close()


@pytest.fixture
async def seat(spine: Spine, postil: Postil, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> AsyncIterator[Seat]:
    async with sitting(spine.broker.url, postil.tenant, tmp_path / "state" / "history", capsys) as seated:
        yield seated


async def test_what_is_typed_is_said_and_the_answer_stands_below_it(seat: Seat) -> None:
    seat.type("!about\r")
    await seat.until_shown("bus")
    seat.type("!secret\r")
    await seat.until_shown("psst: 42")
    shown = [line[6:].rstrip() for line in seat.screen().splitlines()[1:]]
    assert shown == [
        "ada          !about",
        "postil       a memory of \N{SYMBOL FOR ESCAPE}[31ma bus",
        "ada          !secret",
        "postil       for you alone: psst: 42",
    ]
    assert seat.said == ["!about", "!secret"]
    await until(lambda: len(seat.bot.confirmed) == 2)


async def test_what_others_say_is_shown_whatever_it_is(seat: Seat) -> None:
    for payload in (
        Draft(author="grace", text="good morning").encode(),
        Draft(author="grace", kind="action", text="waves").encode(),
        Draft(author="grace", kind="joined", data={"host": "h"}).encode(),
        b"as plain text \x1b]0;title\x07",
        b'[{"text": "one"}, {"title": "two"}]',
        b'{"refused": true}',
        b"\xff",
        b'{"author": "\\u202egrace\\n", "text": "last"}',
    ):
        await seat.bot.bus.wire.publish(subject_for(seat.bot.tenant, "docs.chat.console.den"), payload)
    await seat.bot.bus.wire.publish(subject_for(seat.bot.tenant, "say.console.den"), b"no say")
    await seat.until_shown("last")
    shown = [line[6:].rstrip() for line in seat.screen().splitlines()[1:]]
    assert shown == [
        "grace        good morning",
        "*            grace waves",
        "*            grace has joined",
        "             as plain text \N{SYMBOL FOR ESCAPE}]0;title\N{SYMBOL FOR BELL}",
        "             one",
        "             two",
        "\N{REPLACEMENT CHARACTER}grace       last",
    ]


async def test_what_was_said_last_stands_above(
    spine: Spine, postil: Postil, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = {"author": "bob", "text": "long ago\nand far away", "occurred_at": "2020-02-02T12:00:00Z"}
    lines = [old, *({"author": "grace", "text": f"number {number}"} for number in range(9))]
    postil("publish", "chat.console.den", orjson.dumps([{"text": "too old"}, *lines]).decode(), "--wait")
    async with sitting(spine.broker.url, postil.tenant, tmp_path / "history", capsys) as seat:
        screen = seat.screen()
    said = [line[6:].rstrip() for line in screen.splitlines() if line[2:3] == ":"]
    assert said == ["bob          long ago and far away", *(f"grace        number {number}" for number in range(9))]
    # The day, where it is another one.
    assert "2020-02-02\n" in screen


async def test_what_is_said_meanwhile_is_shown_once(
    spine: Spine, postil: Postil, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def recent(conversation: Conversation, count: int) -> list[Line]:
        before = [Line(conversation.clock.now(), "bob", text, id=text) for text in ("one", "two")]
        conversation.hear(before[1])
        conversation.hear(replace(before[1], text="three", id=None))
        return before

    monkeypatch.setattr(Conversation, "recent", recent)
    async with sitting(spine.broker.url, postil.tenant, tmp_path / "history", capsys) as seat:
        said = [line.split()[-1] for line in seat.screen().splitlines() if "bob" in line]
    assert said == ["one", "two", "three"]


@pytest.mark.parametrize("end", ["\x04", "/quit\r", "/quit now\r"], ids=["Ctrl-D", "/quit", "/quit now"])
async def test_it_ends_when_it_is_told_to(seat: Seat, end: str) -> None:
    seat.type("/nonsense me\r")
    await seat.until_shown("/nonsense is unknown: /quit ends, and commands begin with !")
    # Ctrl-C only takes back what has been typed.
    seat.type("half a line\x03  \r")
    seat.type(end)
    await seat.talking
    assert seat.said == []


async def test_commands_are_completed(seat: Seat) -> None:
    def offered(text: str) -> list[tuple[str, str]]:
        found = seat.terminal.commands.get_completions(Document(text), CompleteEvent())
        return [(each.text, each.display_meta_text) for each in found]

    await until(lambda: bool(offered("!a")))
    assert offered("!QU") == [("!quote add", "!quote add TEXT"), ("!quote get", "!quote get [ID]")]
    assert offered("/") == [("/quit", "end the chat")]
    assert offered("quote") == offered("") == []
    buffer = seat.terminal.prompt.default_buffer
    seat.type("!ab")
    await until(lambda: buffer.complete_state is not None)
    seat.type("\t")
    await until(lambda: buffer.text == "!about")
    seat.type("\r")
    await until(lambda: seat.said == ["!about"])


async def test_what_was_typed_comes_back_in_another_conversation(
    spine: Spine, postil: Postil, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "state" / "history"
    async with sitting(spine.broker.url, postil.tenant, file, capsys) as seat:
        seat.type("one\rtwo\r")
        await until(lambda: seat.said == ["one", "two"])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    async with sitting(spine.broker.url, postil.tenant, file, capsys) as seat:
        seat.type("\x1b[A\x1b[A\r")
        await until(lambda: seat.said == ["one"])


async def test_a_line_that_could_not_be_said_is_told(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(conversation: Conversation, text: str, id: str) -> None:
        raise Unavailable("there is no connection")

    monkeypatch.setattr(Conversation, "say", refuse)
    seat.type("hello\r")
    await seat.until_shown("postil: there is no connection; not said: hello")
    assert not seat.talking.done()


async def test_a_bot_that_is_away_is_told_of(
    spine: Spine, postil: Postil, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.cli.chat.terminal.DISCOVERY_SECONDS_MAX", 0.0)
    async with sitting(spine.broker.url, postil.tenant, tmp_path / "history", capsys) as seat:
        await seat.until_shown("The bot is away just now")
        assert not seat.talking.done()


async def test_a_lost_connection_is_told_once(
    own_broker: BrokerForTests, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with sitting(own_broker.url, "main", tmp_path / "history", capsys) as seat:
        await own_broker.kill()
        await own_broker.start()
        await seat.until_shown("the connection was lost and is back")
        await seat.bot.say(Say(network="console", channel="@ada", text="still here"))
        await seat.until_shown("still here")
        assert seat.screen().count("was lost and is back") == 1
