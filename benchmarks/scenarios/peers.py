"""The same documents through our system, and through the services that one would write for the job instead."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean
from time import perf_counter

from benchmarks.client import Client, connected
from benchmarks.closed_loop import closed_loop
from benchmarks.players.plain_table import count_in
from benchmarks.playing import playing_together
from benchmarks.scenario import Figure, Ratio, Scenario
from benchmarks.sending import Load, store
from benchmarks.stage import Stage

DOCUMENT_BYTES = 1_024
BATCH_COUNT = 64
IN_FLIGHT = 16
LOOK_PAUSE_SECONDS = 0.002
POSTIL, NAIVE, FASTSTREAM = "Postil", "nats-py + aiosqlite", "FastStream"
PLAYERS = {NAIVE: "naive", FASTSTREAM: "faststream_service"}

# Stores the messages of a round, and returns in how many seconds.
Keep = Callable[[Load], Awaitable[float]]


@dataclass(frozen=True, slots=True)
class Size:
    message_count: int
    rounds: int
    commit_seconds_max: float


class Peers(Scenario[Size]):
    name = "peers"
    about = (
        "The same documents of 1 KiB, 64 in a message, through the same broker until all are committed: our system "
        "with everything running; nats-py and aiosqlite with a commit for each document; FastStream and aiosqlite "
        "with a commit for each message. Every stream and every database has its fsync."
    )
    figures = tuple(Figure(name, "documents/s", "higher") for name in (POSTIL, NAIVE, FASTSTREAM))
    ratios = (Ratio(POSTIL, NAIVE, 8.0), Ratio(POSTIL, FASTSTREAM, 5.0))
    full = Size(message_count=64, rounds=2, commit_seconds_max=30.0)
    smoke = Size(message_count=4, rounds=1, commit_seconds_max=2.0)

    async def measure(self, stage: Stage, size: Size) -> None:
        names = [NAIVE]
        if find_spec("faststream"):
            names.append(FASTSTREAM)
        else:
            stage.note_absent(FASTSTREAM, "faststream is not installed")
        async with AsyncExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=stage.system.data.parent)))
            client = await stack.enter_async_context(connected(stage))
            peers = [Peer(stage, client, name, folder, size) for name in names]
            await stack.enter_async_context(playing_together(*(peer.command for peer in peers)))
            keeps: dict[str, Keep] = {POSTIL: _by_us(stage, client, size)}
            keeps |= {peer.name: peer.keep for peer in peers}
            for name, seconds in (await _in_turns(stage, client, keeps, size)).items():
                stage.note(name, size.message_count * BATCH_COUNT / seconds)


class Peer:
    """A service with a stream and a file of its own."""

    def __init__(self, stage: Stage, client: Client, name: str, folder: Path, size: Size) -> None:
        self.name = name
        self._stage = stage
        self._wire = client.bus.wire
        self._player = PLAYERS[name]
        self._stream = f"{self._player}-{stage.tenant}"
        self._file = folder / f"{self._player}.db"
        self._size = size

    @property
    def command(self) -> tuple[str | Path, ...]:
        return f"benchmarks.players.{self._player}", self._stage.system.url, self._stream, self._file

    async def keep(self, load: Load) -> float:
        documents = self._size.message_count * load.batch_count

        async def send(number: int) -> None:
            await self._wire.append(f"{self._stream}.docs", load.payload(number))

        async def all_there() -> bool:
            if count_in(self._file, load.collection) >= documents:
                return True
            await asyncio.sleep(LOOK_PAUSE_SECONDS)
            return False

        begun = perf_counter()
        await closed_loop(range(self._size.message_count), load.in_flight, send)
        await self._stage.until(f"{self.name}: all committed", all_there, seconds_max=self._size.commit_seconds_max)
        took = perf_counter() - begun
        self._stage.expect(f"{self.name}: documents in its table", count_in(self._file, load.collection), documents)
        return took


def _by_us(stage: Stage, client: Client, size: Size) -> Keep:
    async def keep(load: Load) -> float:
        numbers = range(size.message_count)
        return (await store(stage, client, "docs", load, numbers, seconds_max=size.commit_seconds_max)).seconds

    return keep


async def _in_turns(stage: Stage, client: Client, keeps: Mapping[str, Keep], size: Size) -> Mapping[str, float]:
    """Round by round, each on the same documents; the seconds of a round are their mean."""
    seconds: dict[str, list[float]] = {name: [] for name in keeps}
    for number in range(size.rounds):
        load = Load(f"round-{number}", DOCUMENT_BYTES, BATCH_COUNT, IN_FLIGHT)
        for name, keep in keeps.items():
            stage.progress(f"{name}, round {number + 1}")
            seconds[name].append(await keep(load))
            # What we have still to announce and to annotate is no business of the next one.
            await client.until_quiet()
    return {name: fmean(some) for name, some in seconds.items()}


scenario = Peers()
