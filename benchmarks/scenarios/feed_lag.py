"""How soon those who watch a tenant hear of a document: one, ten, a hundred of them.

The commit itself nobody sees from outside. It lies between the moment at which the document is put, which is known, and
the reply, which leaves the database after the commit and comes by way of ingest. So the time from the putting until a
watcher hears of it is an upper bound of the feed's lag, and what is left of it after the reply a lower one (nothing, if
the watcher was told first). The upper one is the figure, beside the reply's; the report has the distribution of both.
Moments of several processes are compared: they are read from the one clock of the machine.
"""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from time import perf_counter

import nats
from nats.aio.client import Client as NatsPy
from pydantic import TypeAdapter

from benchmarks.client import Client, connected, payload_of
from benchmarks.latencies import Latencies
from benchmarks.open_loop import Arrival, evenly, open_loop
from benchmarks.players.watchers import PLAIN_SUBJECT, Heard
from benchmarks.playing import playing
from benchmarks.scenario import Figure, Ratio, Scenario
from benchmarks.stage import Stage
from shared.contracts.documents import Draft
from shared.contracts.stats import GetStats

DOCUMENT_BYTES = 1_024
# So many watchers, and documents in a second: few enough for the one process in which all of them listen.
WATCHING = {1: 100, 10: 100, 100: 20}

REPORT = TypeAdapter(dict[str, tuple[Heard, ...]])


@dataclass(frozen=True, slots=True)
class Size:
    # The first that new listeners hear is not counted.
    warming_count: int
    round_seconds: float
    rounds: int
    seconds_max: float


class FeedLag(Scenario[Size]):
    name = "feed-lag"
    about = (
        "From the putting of a document of 1 KiB until each of 1, 10, 100 watchers has heard of it: beside the reply "
        "to its publisher, and beside a message of the same bytes from plain nats-py to as many of its subscriptions, "
        "which nothing keeps. All listeners live in one process and share its core, each on a connection of its own; "
        "a watcher decodes what it hears, and hears of the analysis's notes as well."
    )
    figures = tuple(
        Figure(f"{what}, {count} watching", "ms")
        for count in WATCHING
        for what in ("heard of, p50", "heard of, p99", "put's reply, p50", "nats-py, p50")
    )
    ratios = tuple(
        Ratio(f"heard of, p50, {count} watching", f"{beside}, p50, {count} watching")
        for count in WATCHING
        for beside in ("put's reply", "nats-py")
    )
    full = Size(warming_count=5, round_seconds=0.5, rounds=2, seconds_max=10.0)
    smoke = Size(warming_count=1, round_seconds=0.07, rounds=1, seconds_max=1.5)

    async def measure(self, stage: Stage, size: Size) -> None:
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(connected(stage))
            plain = await nats.connect(stage.system.url)
            stack.push_async_callback(plain.close)
            committed = 0
            for count in WATCHING:
                stage.progress(f"{count} watching")
                committed += await Audience(stage, client, plain, count).measure(size)
                await client.until_committed(committed, seconds_max=size.seconds_max)


class Audience:
    """So many watchers and subscriptions, and what is sent to them."""

    def __init__(self, stage: Stage, client: Client, plain: NatsPy, count: int) -> None:
        self._stage = stage
        self._client = client
        self._plain = plain
        self._count = count
        self._put_at: dict[str, float] = {}
        self._replied_at: dict[str, float] = {}
        self._seqs: dict[str, int] = {}
        self._published_at: dict[str, float] = {}

    async def measure(self, size: Size) -> int:
        """Returns how many documents it took."""
        stage, count = self._stage, self._count
        round_count = round(WATCHING[count] * size.round_seconds)
        expected = size.warming_count + size.rounds * round_count
        since = (await self._client.bus.ask(stage.tenant, GetStats())).last_seq
        words = (stage.system.url, stage.tenant, since, count, expected, size.seconds_max)
        async with playing("benchmarks.players.watchers", *map(str, words)) as player:
            await self._send(size.warming_count, size.seconds_max)
            for _ in range(size.rounds):
                await self._send(round_count, size.seconds_max)
            heard = REPORT.validate_python(await player.report())
        expect_all_heard(stage, heard["watchers"], count, sorted(self._seqs, key=self._seqs.__getitem__))
        expect_all_heard(stage, heard["plain"], count, list(self._published_at))
        self._note(heard["watchers"], heard["plain"], size.warming_count)
        return expected

    async def _send(self, count: int, seconds_max: float) -> None:
        """A round: documents, then messages, neither on the heels of what the system has still to do."""
        for work in (self._put, self._publish):
            await self._client.until_quiet()
            flow = await open_loop(evenly(count, WATCHING[self._count]), work, seconds_max=seconds_max)
            self._stage.expect("documents and messages that were not sent", flow.unfinished, 0)

    async def _put(self, _: Arrival) -> None:
        id = f"lag-{self._count}-{len(self._put_at)}"
        draft = Draft(id=id, collection="lag", text="x" * DOCUMENT_BYTES)
        self._put_at[id] = perf_counter()
        (saved,) = await self._client.put(draft)
        self._replied_at[id] = perf_counter()
        self._stage.expect("what became of a document", saved.outcome, "created")
        self._seqs[id] = saved.seq or 0

    async def _publish(self, _: Arrival) -> None:
        id = f"message-{len(self._published_at)}"
        payload = payload_of([id], DOCUMENT_BYTES)
        self._published_at[id] = perf_counter()
        await self._plain.publish(PLAIN_SUBJECT, payload)

    def _note(self, watchers: Sequence[Heard], subscriptions: Sequence[Heard], warming: int) -> None:
        found = {
            "heard of": lags(watchers, self._put_at, warming),
            "heard of after the reply": lags(watchers, self._replied_at, warming),
            "nats-py": lags(subscriptions, self._published_at, warming),
            "put's reply": Latencies(
                self._replied_at[id] - put_at for id, put_at in list(self._put_at.items())[warming:]
            ),
        }
        for what, latencies in found.items():
            self._stage.note_latencies(f"{what}, {self._count} watching", latencies)
            if what != "heard of after the reply":
                self._stage.note(f"{what}, p50, {self._count} watching", latencies.ms(50))
        self._stage.note(f"heard of, p99, {self._count} watching", found["heard of"].ms(99))


def lags(listeners: Sequence[Heard], since: Mapping[str, float], warming: int) -> Latencies:
    """Of what each has heard, without the first of it."""
    return Latencies(
        max(0.0, moment - since[id])
        for heard in listeners
        for id, moment in list(zip(heard.ids, heard.moments, strict=True))[warming:]
    )


def expect_all_heard(stage: Stage, listeners: Sequence[Heard], count: int, ids: Sequence[str]) -> None:
    """Each of them, exactly once, in order, without a hole."""
    stage.expect("listeners", len(listeners), count)
    for heard in listeners:
        stage.expect("what a listener heard", heard.ids, ids)
        stage.expect("changes that did not follow on the one before", heard.astray, 0)


scenario = FeedLag()
