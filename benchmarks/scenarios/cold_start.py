"""A cold start: `postil up` in an empty folder, until it answers a query, and until it keeps documents."""

import asyncio
import socket
from collections import defaultdict
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from benchmarks.alone import import_seconds, start_seconds
from benchmarks.scenario import Figure, Ratio, Scenario
from benchmarks.stage import Stage
from benchmarks.system import System, starting_system
from shared.bus.bus import Bus
from shared.bus.nats import NatsWire
from shared.contracts.documents import Draft, GetDocument
from shared.contracts.message import Query, ReplyT
from shared.contracts.saving import PutDocuments
from shared.contracts.stats import GetStats
from shared.errors import NotFound, Unavailable

COLLECTION = "start"
DOCUMENTS = 10
TEXT = "first"
ASK_SECONDS_MAX = 1.0
LOOK_SECONDS = 0.005
HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Size:
    rounds: int
    seconds_max: float


class ColdStart(Scenario[Size]):
    name = "cold-start"
    about = (
        "From the start of the process `postil up` on an empty folder, with its files in the cache of Linux: until a "
        f"query is answered, until {DOCUMENTS} documents that were put are got, and until it says that it is ready, "
        "which it does when every service has answered. Beside: one Python that imports the same modules and ends, "
        "and the broker by itself."
    )
    figures = (
        Figure("a query is answered", "s"),
        Figure("documents are put and got", "s"),
        Figure("it says that it is ready", "s"),
        Figure("Python and its imports", "s"),
        Figure("broker by itself", "s"),
    )
    ratios = (
        Ratio("a query is answered", "Python and its imports"),
        Ratio("documents are put and got", "Python and its imports"),
        Ratio("it says that it is ready", "Python and its imports"),
    )
    full = Size(rounds=2, seconds_max=30)
    smoke = Size(rounds=1, seconds_max=10)

    async def measure(self, stage: Stage, size: Size) -> None:
        seconds: defaultdict[str, list[float]] = defaultdict(list)
        for number in range(size.rounds):
            stage.progress(f"start {number + 1}")
            for name, took in (await _start(stage, size.seconds_max)).items():
                seconds[name].append(took)
            stage.progress("Python and the broker")
            seconds["Python and its imports"].append(await import_seconds())
            seconds["broker by itself"].append(await start_seconds("broker"))
        for name, each in seconds.items():
            stage.note(name, median(each))


async def _start(stage: Stage, seconds_max: float) -> dict[str, float]:
    """The seconds from the start to each of its milestones."""
    port = _free_port()
    begun = perf_counter()
    with starting_system(port=port) as system:
        saying = asyncio.create_task(_says_ready(stage, system, seconds_max))
        try:
            await stage.until("the broker listens", lambda: _listens(port), seconds_max=seconds_max)
            wire = await NatsWire.connect(f"nats://{HOST}:{port}", name="bench")
            try:
                answered_at, kept_at = await _use(stage, Bus(wire), seconds_max)
            finally:
                await wire.close()
            ready_at = await saying
        finally:
            saying.cancel()
    return {
        "a query is answered": answered_at - begun,
        "documents are put and got": kept_at - begun,
        "it says that it is ready": ready_at - begun,
    }


async def _use(stage: Stage, bus: Bus, seconds_max: float) -> tuple[float, float]:
    """When a query was answered, and when documents had been put and got."""
    await stage.until("a query is answered", lambda: _answers(stage, bus, GetStats()), seconds_max=seconds_max)
    answered_at = perf_counter()
    drafts = tuple(Draft(id=f"d{number}", collection=COLLECTION, text=TEXT) for number in range(DOCUMENTS))
    put = PutDocuments(documents=drafts)
    await stage.until("a put is answered", lambda: _answers(stage, bus, put), seconds_max=seconds_max)
    for draft in drafts:
        stage.expect(f"the text of {draft.id}", await _text_of(stage, bus, str(draft.id)), TEXT)
    return answered_at, perf_counter()


async def _says_ready(stage: Stage, system: System, seconds_max: float) -> float:
    async def is_ready() -> bool:
        await asyncio.sleep(LOOK_SECONDS)
        return system.is_ready

    await stage.until("the system says that it is ready", is_ready, seconds_max=seconds_max)
    return perf_counter()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        await asyncio.sleep(LOOK_SECONDS)
        return False
    writer.close()
    return True


async def _answers(stage: Stage, bus: Bus, query: Query[ReplyT]) -> bool:
    try:
        await bus.ask(stage.tenant, query, seconds_max=ASK_SECONDS_MAX)
    except Unavailable:
        await asyncio.sleep(LOOK_SECONDS)
        return False
    return True


async def _text_of(stage: Stage, bus: Bus, id: str) -> str | None:
    try:
        return (await bus.ask(stage.tenant, GetDocument(id=id), seconds_max=ASK_SECONDS_MAX)).text
    except NotFound:
        return None


def _free_port() -> int:
    """One that is known before the broker is started on it."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


scenario = ColdStart()
