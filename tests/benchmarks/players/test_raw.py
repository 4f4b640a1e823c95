"""The raw client, in C and in asyncio: it speaks NATS with others, counts honestly, and tells what was lost."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import nats
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from benchmarks.kinds import player
from benchmarks.players import raw
from benchmarks.players.events import Event, packed_round, told_on
from benchmarks.players.report import Report
from benchmarks.playing import Command, Player, playing_together
from benchmarks.stage import Stage
from tests.until import until

SECONDS_MAX = 0.2
TOLD_SECONDS_MAX = 10.0


class Raw:
    """The raw players on one subject. Where there is no compiler, both kinds are of asyncio."""

    def __init__(self, stage: Stage, in_c: bool) -> None:
        self.subject = f"bench.{stage.tenant}.raw"
        self._url = stage.system.url
        self._in_c = in_c

    def command(self, role: str, *words: object) -> Command:
        if self._in_c:
            return player(role, "raw", self._url, self.subject, *words)
        return (f"benchmarks.players.{role}", "raw", self._url, self.subject, *words)


@pytest.fixture(params=["C", "asyncio"])
def raw_players(stage: Stage, request: pytest.FixtureRequest) -> Raw:
    return Raw(stage, request.param == "C")


@pytest.fixture
async def stranger(stage: Stage) -> AsyncIterator[Client]:
    client = await nats.connect(stage.system.url)
    yield client
    await client.close()


async def report(player: Player, *words: object) -> Report:
    return Report.model_validate(await player.turn(*words))


async def test_every_request_is_answered(raw_players: Raw) -> None:
    echo, asker = raw_players.command("echo"), raw_players.command("asker", TOLD_SECONDS_MAX)
    async with playing_together(echo, asker) as (_, asking):
        sequential = await report(asking, 20, 1)
        in_flight = await report(asking, 1_050, 100)
    assert (sequential.done, len(sequential.microseconds)) == (20, 20)
    assert (in_flight.done, len(in_flight.microseconds)) == (1_050, 0)
    assert sum(sequential.microseconds) / 1_000_000 <= sequential.seconds
    assert in_flight.seconds > 0


async def test_what_nobody_answers_and_what_is_answered_wrongly_does_not_count(
    raw_players: Raw, stranger: Client
) -> None:
    heard = 0

    async def answer_wrongly(message: Msg) -> None:
        nonlocal heard
        heard += 1
        await message.respond(message.data[:-1] + b"?")

    async with playing_together(raw_players.command("asker", SECONDS_MAX)) as (asking,):
        unanswered = await report(asking, 20, 1)
        await stranger.subscribe(raw_players.subject, cb=answer_wrongly)
        await stranger.flush()
        wrong = [await report(asking, 20, 1), await report(asking, 20, 10)]
    assert [each.done for each in (unanswered, *wrong)] == [0, 0, 0]
    await until(lambda: heard == 11)


async def test_every_event_of_every_connection_is_heard(raw_players: Raw) -> None:
    listener, publisher = raw_players.command("listener"), raw_players.command("publisher", TOLD_SECONDS_MAX, 3)
    async with playing_together(listener, publisher) as (listening, publishing):
        for rounds, events in ((5, 4), (3, 1)):
            published = await report(publishing, rounds, events)
            heard = await report(listening, "report")
            assert (published.done, heard.done, len(heard.microseconds)) == (rounds, rounds * events * 3, rounds)
            assert 0 < sum(heard.microseconds) / 1_000_000 < published.seconds


async def test_a_publisher_stops_when_nobody_has_heard(raw_players: Raw, stranger: Client) -> None:
    heard: list[Msg] = []

    async def tell_of_another(message: Msg) -> None:
        heard.append(message)
        await stranger.publish(told_on(raw_players.subject), packed_round(7))

    await stranger.subscribe(raw_players.subject, cb=tell_of_another)
    await stranger.flush()
    async with playing_together(raw_players.command("publisher", SECONDS_MAX, 2)) as (publishing,):
        assert (await report(publishing, 5, 3)).done == 0
    await until(lambda: len(heard) == 6)


@pytest.mark.parametrize(
    ("numbers", "heard", "rounds"),
    [
        pytest.param([0, 1, 2], 3, 1, id="all"),
        pytest.param([0, 2], 2, 0, id="one is lost"),
        pytest.param([0, 2, 2], 3, 0, id="one is lost, another doubled"),
        pytest.param([0, 1, 2, 1], 4, 1, id="one is doubled"),
    ],
)
async def test_a_listener_tells_what_it_has_heard(
    raw_players: Raw, stranger: Client, numbers: Sequence[int], heard: int, rounds: int
) -> None:
    told: asyncio.Queue[bytes] = asyncio.Queue()

    async def be_told(message: Msg) -> None:
        told.put_nowait(message.data)

    await stranger.subscribe(told_on(raw_players.subject), cb=be_told)
    async with playing_together(raw_players.command("listener")) as (listening,):
        for event in (*(Event(0, 1, number, 3) for number in numbers), Event(0, 2, 0, 1)):
            await stranger.publish(raw_players.subject, event.pack())
        expected = [packed_round(1)] * rounds + [packed_round(2)]
        async with asyncio.timeout(TOLD_SECONDS_MAX):
            assert [await told.get() for _ in expected] == expected
        found = await report(listening, "report")
        assert (found.done, len(found.microseconds)) == (heard + 1, rounds + 1)
        assert (await report(listening, "report")).done == 0


def compiler(folder: Path, does: str) -> str:
    """One that notes that it was called; `$4` is what to make, `$5` of what."""
    path = folder / "compiler"
    path.write_text(f'#!/bin/sh\necho called >> "{folder / "calls"}"\n{does}\n')
    path.chmod(0o700)
    return str(path)


def test_it_is_compiled_once_where_nobody_else_writes(tmp_path: Path) -> None:
    cc = compiler(tmp_path, 'cp "$5" "$4"')
    program = raw.compile_once((cc,), tmp_path / "cache")
    assert program is not None
    assert program.read_bytes() == raw.SOURCE.read_bytes()
    assert raw.compile_once((cc,), tmp_path / "cache") == program
    assert (tmp_path / "calls").read_text() == "called\n"
    assert list((tmp_path / "cache").iterdir()) == [program]
    assert (tmp_path / "cache").stat().st_mode & 0o077 == 0


def test_a_folder_that_others_can_write_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_to_all = tmp_path / "cache"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    program = raw.compile_once((compiler(tmp_path, 'cp "$5" "$4"'),), open_to_all)
    assert program is not None
    assert program.parent != open_to_all


def test_without_a_compiler_that_works_there_is_no_program(tmp_path: Path) -> None:
    assert raw.compile_once(("no-such-compiler",), tmp_path / "cache") is None
    assert raw.compile_once((compiler(tmp_path, "exit 1"),), tmp_path / "cache") is None
    assert not list((tmp_path / "cache").iterdir())
