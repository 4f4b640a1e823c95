"""Hearing: which lines of which messages are commands."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest
from pydantic import JsonValue

from services.bot.listening.hearing import ANSWERED_COUNT_MAX, COMMANDS_COUNT_MAX, TYPED_CHARACTERS_MAX, Hearing, Line
from shared.bus.wire import NO_HEADERS, Delivery, Headers
from shared.settings import BotSettings, IrcSettings

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
SETTINGS = BotSettings()
PUBLIC, PRIVATE = "irc.py", "irc.@ada"


def heard(
    payload: bytes,
    *,
    channel: str = PUBLIC,
    headers: Headers = NO_HEADERS,
    settings: BotSettings = SETTINGS,
    by: Hearing | None = None,
) -> list[Line]:
    event = Delivery(f"postil.main.docs.chat.{channel}", payload, headers)
    return list((by or Hearing()).lines_in(event, settings, NOW))


def typed(payload: bytes, *, channel: str = PUBLIC, prefix: str = "!") -> list[str]:
    return [line.typed for line in heard(payload, channel=channel, settings=BotSettings(prefix=prefix))]


def line(text: JsonValue = "!stats", **fields: JsonValue) -> bytes:
    return orjson.dumps({"text": text, **fields})


def test_a_line_says_who_gave_it_where_and_what() -> None:
    data: JsonValue = {"account": "lovelace", "host": "ada!al@example.org"}
    [found] = heard(line("!stats  of it ", id="l1", author="ada", data=data), channel="irc.a.b")
    assert (found.place.network, found.place.channel, found.typed, found.id) == ("irc", "a.b", "stats  of it", "l1")
    assert (found.who.name, found.who.account, found.who.host) == ("ada", "lovelace", "ada!al@example.org")


@pytest.mark.parametrize(
    ("payload", "commands"),
    [
        (b"!stats", ["stats"]),
        (b"  \n!stats now\n", ["stats now"]),
        (b"\xef\xbb\xbf!stats", ["stats"]),
        (b'\n{ "text" : " !stats"}', ["stats"]),
        (b'{"text": "\\u0021stats"}', ["stats"]),
        (b'[{"text": "!a"}, {"text": "b"}, {"text": "!c"}]', ["a", "c"]),
        (b'[{"text": "!a"}, {"txt": "!b"}, 7, null, {"text": "!c", "id": 5}, {"text": "!d"}]', ["a", "d"]),
        (b'{"text": "!a"}\n\n{"text": "b"}\nnonsense\n{"text": "!c"}', ["a", "c"]),
        (b'{\n"text": "!a"\n}', ["a"]),
    ],
)
def test_every_form_that_intake_takes_is_heard(payload: bytes, commands: list[str]) -> None:
    assert typed(payload) == commands


@pytest.mark.parametrize(
    "text", ["!", "!!!", "! help", "!?", "hello !help", "help", "", "  ", "\u00a0!help", "!\u200bhelp"]
)
def test_what_only_looks_like_a_command_is_none(text: str) -> None:
    assert typed(line(text)) == []


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff!stats",
        b"!stats\xff",
        b'{"text": "!stats"',
        b'{"text": "!stats", "colour": 1}',
        b'{"text": ["!stats"]}',
        b'["!stats"]',
        b'"!stats"',
        b'{"title": "!stats"}',
        b"[" * 5_000 + b'"text":"!stats"',
        b'{"text": "!\\ud800"}',
    ],
)
def test_what_ingest_would_refuse_is_no_command(payload: bytes) -> None:
    assert heard(payload) == []


def test_in_a_private_conversation_the_prefix_may_be_left_out() -> None:
    assert typed(line("stats now"), channel=PRIVATE) == ["stats now"]
    assert typed(line("!stats now"), channel=PRIVATE) == ["stats now"]
    assert typed(b"what?", channel=PRIVATE) == ["what?"]
    assert [typed(line(text), channel=PRIVATE) for text in ("!", "!!!", "! help", " ")] == [[], [], [], []]


@pytest.mark.parametrize("prefix", ["¡", "/", "\\", '"', "::", "//", "🤖", "{", "["])
def test_any_prefix_is_found_however_its_publisher_writes_json(prefix: str) -> None:
    text = f"{prefix}stats"
    ascii_only = '{"text": "' + "".join(f"\\u{ord(each):04x}" for each in text if ord(each) < 65_536) + '"}'
    slashed = orjson.dumps({"text": text}).replace(b"/", b"\\/")
    assert typed(line(text), prefix=prefix) == typed(slashed, prefix=prefix) == ["stats"]
    assert prefix == "🤖" or typed(ascii_only.encode(), prefix=prefix) == ["stats"]


def test_a_text_is_a_text_where_the_header_says_so() -> None:
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    [found] = heard(b"[stats", headers=headers, settings=BotSettings(prefix="["))
    assert found.typed == "stats"
    assert heard(b"!stats", headers={"Ce-Id": "1", "ce-source": "machine"}) == []


@pytest.mark.parametrize(
    "fields",
    [{"kind": kind} for kind in ("action", "notice", "joined", "left", "topic", "", "message")]
    + [{"data": {"bot": True}}, {"data": {"bot": True, "account": 5}}, {"data": {"bot": 1}}]
    + [{"author": "postil"}, {"author": " Postil "}, {"author": "NOTARY"}, {"collection": "chat.irc.other"}],
)
def test_who_is_no_person_gives_no_commands(fields: dict[str, JsonValue]) -> None:
    settings = BotSettings(irc={"irc": IrcSettings(host="irc.example.org", nick="notary")})
    assert heard(line(**fields), settings=settings) == []
    assert heard(line(**fields, id="x"), settings=settings, channel=PRIVATE) == []


def test_a_line_of_nobody_is_somebodys_and_a_name_is_one_line() -> None:
    assert [found.who.name for author in (None, "", " ") for found in heard(line(author=author))] == ["somebody"] * 3
    [found] = heard(line(author="a\nda\x1b[31m" + "x" * 90))
    assert found.who.name.startswith("a da␛[31mx")
    assert heard(line(author="x" * 101)) == []


@pytest.mark.parametrize("vouched", ["", "x" * 501])
def test_who_is_nobody_or_of_a_name_without_end_is_not_vouched_for(vouched: str) -> None:
    [found] = heard(line(author="ada", data={"account": vouched, "host": vouched}))
    assert (found.who.account, found.who.host) == (None, None)


def test_what_was_said_long_ago_is_no_command_any_more() -> None:
    def said(seconds_ago: float) -> bytes:
        return line(occurred_at=(NOW - timedelta(seconds=seconds_ago)).isoformat())

    assert len(heard(said(59))) == 1
    assert len(heard(said(-3600))) == 1
    assert heard(said(61)) == []
    assert heard(orjson.dumps([orjson.loads(said(each)) for each in range(100, 2_000)])) == []


def test_a_publishers_retry_is_heard_once() -> None:
    hearing = Hearing()
    assert [len(heard(line(id="l1"), by=hearing)) for _ in range(3)] == [1, 0, 0]
    assert [len(heard(line(idempotency_key="k1"), by=hearing)) for _ in range(2)] == [1, 0]
    assert [len(heard(b"!stats", headers={"nats-msg-id": "m1"}, by=hearing)) for _ in range(2)] == [1, 0]
    # Another channel's publisher may count alike; another document is another line; without a name nobody can tell.
    assert len(heard(b"!stats", headers={"Nats-Msg-Id": "m1"}, channel="irc.c", by=hearing)) == 1
    assert len(heard(line(id="l2"), by=hearing)) == 1
    assert [len(heard(b"!stats", by=hearing)) for _ in range(2)] == [1, 1]
    two = orjson.dumps([{"text": "!a"}, {"text": "!b"}])
    assert [len(heard(two, headers={"Nats-Msg-Id": "m2"}, by=hearing)) for _ in range(2)] == [2, 0]


def test_the_memory_of_what_was_heard_has_a_bound() -> None:
    hearing = Hearing()
    for first in range(0, ANSWERED_COUNT_MAX + 1, COMMANDS_COUNT_MAX):
        many = [{"text": "!a", "id": str(first + number)} for number in range(2 * COMMANDS_COUNT_MAX)]
        # Of one message, no more.
        assert len(heard(orjson.dumps(many), by=hearing)) == COMMANDS_COUNT_MAX
    assert len(heard(line(id="0"), by=hearing)) == 1
    assert heard(line(id=str(ANSWERED_COUNT_MAX)), by=hearing) == []


def test_what_nobody_can_have_typed_is_no_command() -> None:
    assert len(heard(line("!" + "x" * (TYPED_CHARACTERS_MAX - 1)))) == 1
    assert heard(line("!" + "x" * TYPED_CHARACTERS_MAX)) == []
    assert heard(line("x" * 1_048_576), channel=PRIVATE) == []


@pytest.mark.parametrize("channel", ["irc", "irc.*", "irc.py*", "irc." + "x" * 200])
def test_what_is_no_channel_is_not_heard(channel: str) -> None:
    assert heard(b"!stats", channel=channel) == []
