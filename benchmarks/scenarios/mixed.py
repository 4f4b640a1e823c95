"""What a chat network sends: lines, media events, and people who join and leave, each at its own pace."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import orjson

from benchmarks.client import Client, connected
from benchmarks.latencies import Latencies
from benchmarks.limits.stream import StreamAlone
from benchmarks.open_loop import Arrival, open_loop
from benchmarks.scenario import Figure, Ratio, Scenario
from benchmarks.stage import Stage
from shared.bus.wire import Delivery
from shared.contracts.message import subject_for

LINE_SECONDS, MEDIA_SECONDS, COMING_AND_GOING_SECONDS = 0.010, 0.020, 0.050
CHANNELS = ("chat.libera.python", "chat.libera.nats", "chat.oftc.sqlite")
HEARD, ALONE = "heard", "JetStream alone"


@dataclass(frozen=True, slots=True)
class Size:
    # Of one round.
    seconds: float
    rounds: int
    finish_seconds_max: float


@dataclass(frozen=True, slots=True)
class Happening:
    moment: float
    id: str
    kind: str
    collection: str
    payload: bytes


class Mixed(Scenario[Size]):
    name = "mixed"
    about = (
        "For 5 s a chat line every 10 ms, a media event with data every 20 ms, and somebody who joins or leaves every "
        "50 ms, each a message of its own: from the moment at which it was to be sent until its change is heard on "
        "the feed. Beside the acknowledgement of the same messages at the same moments by a stream that nobody reads."
    )
    # A message that is only passed on is kept by nobody. What every memory owes its publisher is an append that is on
    # the disk; so that, and not a mere trip from one client to another, is what stands beside it.
    figures = tuple(Figure(f"{what}, {percentile}", "ms") for what in (HEARD, ALONE) for percentile in ("p50", "p99"))
    ratios = (Ratio(f"{HEARD}, p50", f"{ALONE}, p50"), Ratio(f"{HEARD}, p99", f"{ALONE}, p99"))
    full = Size(seconds=2.5, rounds=2, finish_seconds_max=15.0)
    smoke = Size(seconds=0.3, rounds=1, finish_seconds_max=1.5)

    async def measure(self, stage: Stage, size: Size) -> None:
        kinds: dict[str, str] = {}
        heard, alone, late = Latencies(), Latencies(), Latencies()
        async with connected(stage) as client:
            stream = await StreamAlone.open(stage, client.bus.wire)
            for number in range(size.rounds):
                happenings = happenings_of(f"round-{number}", size.seconds, stage.random)
                kinds |= {happening.id: happening.kind for happening in happenings}
                stage.progress(f"as it happens, round {number + 1}")
                late.add(await _until_heard(stage, client, happenings, heard, size))
                await client.until_quiet()
                stage.progress(f"{ALONE}, round {number + 1}")
                late.add(await _until_acknowledged(stage, stream, happenings, alone, size))
            stored = {document.id: document.kind for document in await client.documents()}
        stage.expect("kinds of the documents in the database, by their ids", stored, kinds)
        for name, latencies in ((HEARD, heard), (ALONE, alone)):
            stage.note(f"{name}, p50", latencies.ms(50))
            stage.note(f"{name}, p99", latencies.ms(99))
            stage.note_latencies(name, latencies)
        stage.note_latencies("sender late", late)


def happenings_of(name: str, seconds: float, random: Random) -> Sequence[Happening]:
    """In the order of their moments."""
    happenings = [
        *(_line(f"{name}-line-{number}", moment, random) for number, moment in _every(LINE_SECONDS, seconds)),
        *(_media(f"{name}-media-{number}", moment, random) for number, moment in _every(MEDIA_SECONDS, seconds)),
        *(
            _coming_or_going(f"{name}-nick-{number}", moment, "leave" if number % 2 else "join", random)
            for number, moment in _every(COMING_AND_GOING_SECONDS, seconds)
        ),
    ]
    return sorted(happenings, key=lambda happening: happening.moment)


def _every(pace_seconds: float, seconds: float) -> Sequence[tuple[int, float]]:
    return [(number, number * pace_seconds) for number in range(round(seconds / pace_seconds))]


def _line(id: str, moment: float, random: Random) -> Happening:
    text = " ".join(["word"] * random.randint(1, 60))
    return _happening(id, moment, "line", random.choice(CHANNELS), {"author": "ada", "text": text})


def _media(id: str, moment: float, random: Random) -> Happening:
    data = {"position_seconds": random.uniform(0, 600), "playing": True, "track": {"title": "Margins", "tags": ["a"]}}
    return _happening(id, moment, "media", "media.player", {"title": "a track", "data": data})


def _coming_or_going(id: str, moment: float, kind: str, random: Random) -> Happening:
    return _happening(id, moment, kind, random.choice(CHANNELS), {"author": "grace", "text": f"grace: {kind}"})


def _happening(id: str, moment: float, kind: str, collection: str, content: dict[str, object]) -> Happening:
    return Happening(moment, id, kind, collection, orjson.dumps({"id": id, "kind": kind, **content}))


async def _until_heard(
    stage: Stage, client: Client, happenings: Sequence[Happening], latencies: Latencies, size: Size
) -> Latencies:
    awaited: dict[str, tuple[Arrival, asyncio.Event]] = {}

    def hear(announcement: Delivery) -> None:
        for change in orjson.loads(announcement.payload):
            if change["op"] == "put" and (waiting := awaited.pop(change["id"], None)):
                latencies.record(waiting[0].elapsed_seconds)
                waiting[1].set()

    async def publish(arrival: Arrival) -> None:
        happening = happenings[arrival.number]
        heard = asyncio.Event()
        awaited[happening.id] = arrival, heard
        await client.publish(happening.collection, happening.payload)
        await heard.wait()

    # What the broker says it could not deliver is never heard of, and that is counted.
    listening = await client.bus.wire.watch(subject_for(client.tenant, "changes.>"), hear, lambda: None)
    try:
        moments = [happening.moment for happening in happenings]
        flow = await open_loop(moments, publish, seconds_max=size.finish_seconds_max)
    finally:
        await listening.stop()
    stage.expect("happenings that nobody has heard of", flow.unfinished, 0)
    return flow.late


async def _until_acknowledged(
    stage: Stage, stream: StreamAlone, happenings: Sequence[Happening], latencies: Latencies, size: Size
) -> Latencies:
    async def append(arrival: Arrival) -> None:
        await stream.append(happenings[arrival.number].payload)
        latencies.record(arrival.elapsed_seconds)

    moments = [happening.moment for happening in happenings]
    flow = await open_loop(moments, append, seconds_max=size.finish_seconds_max)
    stage.expect("messages that were not acknowledged", flow.unfinished, 0)
    await stream.expect_all_kept()
    return flow.late


scenario = Mixed()
