"""The same documents through our system, and through the services that one would write for the job instead."""

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Protocol

from benchmarks.client import Client, connected
from benchmarks.closed_loop import closed_loop
from benchmarks.players.plain_table import count_in
from benchmarks.playing import playing_together
from benchmarks.scenario import Figure, Ratio, Scenario
from benchmarks.sending import Load, Stored, store
from benchmarks.stage import Stage

DOCUMENT_BYTES = 1_024
LOOK_PAUSE_SECONDS = 0.002
POSTIL, NAIVE, FASTSTREAM = "Postil", "nats-py + aiosqlite", "FastStream"
PLAYERS = {NAIVE: "naive", FASTSTREAM: "faststream_service"}
MANY, ONE = 64, 1
# So that about as many documents are under way.
IN_FLIGHT = {MANY: 16, ONE: 256}


@dataclass(frozen=True, slots=True)
class Size:
    # By how many documents there are in a message.
    message_counts: Mapping[int, int]
    rounds: int
    commit_seconds_max: float


class Keeper(Protocol):
    name: str

    async def keep(self, load: Load, message_count: int) -> Stored:
        """All messages of a load, until all of their documents are found where they are kept."""


class Peers(Scenario[Size]):
    name = "peers"
    about = (
        "The same documents of 1 KiB, 64 in a message or one, through streams on the same broker until all are "
        "committed: by our system, with everything running; by nats-py and aiosqlite, with a commit for each "
        "document; by FastStream and aiosqlite, with a commit for each message. Every stream and every database has "
        "its fsync. The peers keep a table and nothing else: no history, no numbers, no feed."
    )
    figures = tuple(
        Figure(f"{name}, {batch_count} x 1 KiB", "documents/s", "higher")
        for batch_count in (MANY, ONE)
        for name in (POSTIL, NAIVE, FASTSTREAM)
    )
    ratios = (
        Ratio(f"{POSTIL}, {MANY} x 1 KiB", f"{NAIVE}, {MANY} x 1 KiB", 8.0),
        # The first is how its documentation shows it: a document in a message. The second takes what we take.
        Ratio(f"{POSTIL}, {MANY} x 1 KiB", f"{FASTSTREAM}, {ONE} x 1 KiB", 5.0),
        Ratio(f"{POSTIL}, {MANY} x 1 KiB", f"{FASTSTREAM}, {MANY} x 1 KiB", 5.0),
        Ratio(f"{POSTIL}, {ONE} x 1 KiB", f"{NAIVE}, {ONE} x 1 KiB"),
        Ratio(f"{POSTIL}, {ONE} x 1 KiB", f"{FASTSTREAM}, {ONE} x 1 KiB"),
    )
    full = Size(message_counts={MANY: 64, ONE: 1_024}, rounds=2, commit_seconds_max=30.0)
    smoke = Size(message_counts={MANY: 4, ONE: 32}, rounds=1, commit_seconds_max=1.5)

    async def measure(self, stage: Stage, size: Size) -> None:
        names = [NAIVE]
        if find_spec("faststream"):
            names.append(FASTSTREAM)
        else:
            for batch_count in size.message_counts:
                stage.note_absent(f"{FASTSTREAM}, {batch_count} x 1 KiB", "faststream is not installed")
        async with AsyncExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=stage.system.data.parent)))
            client = await stack.enter_async_context(connected(stage))
            peers = [Peer(stage, client, name, folder, size) for name in names]
            await stack.enter_async_context(playing_together(*(peer.command for peer in peers)))
            keepers: list[Keeper] = [Ourselves(stage, client, size), *peers]
            for batch_count, message_count in size.message_counts.items():
                stored = await _in_turns(stage, client, keepers, batch_count, message_count, size.rounds)
                for name, rounds in stored.items():
                    a_second = sum(each.documents for each in rounds) / sum(each.seconds for each in rounds)
                    stage.note(f"{name}, {batch_count} x 1 KiB", a_second)


class Ourselves:
    name = POSTIL

    def __init__(self, stage: Stage, client: Client, size: Size) -> None:
        self._stage = stage
        self._client = client
        self._size = size

    async def keep(self, load: Load, message_count: int) -> Stored:
        seconds_max = self._size.commit_seconds_max
        return await store(self._stage, self._client, "docs", load, range(message_count), seconds_max=seconds_max)


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

    async def keep(self, load: Load, message_count: int) -> Stored:
        count = message_count * load.batch_count

        async def send(number: int) -> None:
            await self._wire.append(f"{self._stream}.docs", load.payload(number))

        async def all_there() -> bool:
            if count_in(self._file, load.collection) >= count:
                return True
            await asyncio.sleep(LOOK_PAUSE_SECONDS)
            return False

        begun = perf_counter()
        await closed_loop(range(message_count), load.in_flight, send)
        await self._stage.until(f"{self.name}: all committed", all_there, seconds_max=self._size.commit_seconds_max)
        stored = Stored(count, perf_counter() - begun)
        self._stage.expect(f"{self.name}: documents in its table", count_in(self._file, load.collection), count)
        return stored


async def _in_turns(
    stage: Stage, client: Client, keepers: Sequence[Keeper], batch_count: int, message_count: int, rounds: int
) -> Mapping[str, Sequence[Stored]]:
    """Round by round, so that a slow moment of the machine meets all of them."""
    stored: dict[str, list[Stored]] = {keeper.name: [] for keeper in keepers}
    for number in range(rounds):
        load = Load(f"by-{batch_count}-{number}", DOCUMENT_BYTES, batch_count, IN_FLIGHT[batch_count])
        for keeper in keepers:
            stage.progress(f"{keeper.name}, {batch_count} a message, round {number + 1}")
            stored[keeper.name].append(await keeper.keep(load, message_count))
            # What we have still to announce and to annotate is not for the next one to pay.
            await client.until_quiet()
    return stored


scenario = Peers()
