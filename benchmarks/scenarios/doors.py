"""Both write doors at full rate: by how many documents there are in a message, and how large they are."""

from dataclasses import dataclass
from itertools import product
from statistics import fmean

from benchmarks.client import connected, payload_of
from benchmarks.limits.stream import StreamAlone
from benchmarks.scenario import Figure, Ratio, Scenario
from benchmarks.sending import Door, Load, during, store
from benchmarks.stage import Stage

KIB = 1_024
DOORS: tuple[Door, ...] = ("docs", "put")
BATCH_COUNTS = (1, 16, 64, 256)
SIZES_KIB = (1, 8)
IN_FLIGHT_MAX = 256
ALONE = "JetStream alone, 1 x 1 KiB"


@dataclass(frozen=True, slots=True)
class Cell:
    door: Door
    batch_count: int
    size_kib: int

    @property
    def name(self) -> str:
        return f"{self.door}, {self.batch_count} x {self.size_kib} KiB"

    def load(self, documents_in_flight: int) -> Load:
        collection = f"{self.door}-{self.batch_count}-{self.size_kib}"
        in_flight = min(IN_FLIGHT_MAX, max(1, documents_in_flight // self.batch_count))
        return Load(collection, self.size_kib * KIB, self.batch_count, in_flight)


CELLS = [Cell(*each) for each in product(DOORS, BATCH_COUNTS, SIZES_KIB)]


@dataclass(frozen=True, slots=True)
class Size:
    seconds: float
    documents_in_flight: int
    commit_seconds_max: float


class Doors(Scenario[Size]):
    name = "doors"
    about = (
        "Documents through the stream (docs) and by request (put), until all are committed: so many in a message, and "
        "1 or 8 KiB each. There are 1,024 documents under way, or 256 messages if there is one document in each. "
        "Beside the single messages of 1 KiB that JetStream alone acknowledges, 256 in flight."
    )
    figures = (
        *(Figure(cell.name, "documents/s", "higher") for cell in CELLS),
        Figure(ALONE, "messages/s", "higher"),
    )
    ratios = (Ratio("put, 1 x 1 KiB", ALONE, 2.0), Ratio("docs, 1 x 1 KiB", ALONE))
    full = Size(seconds=0.5, documents_in_flight=1_024, commit_seconds_max=30.0)
    smoke = Size(seconds=0.01, documents_in_flight=64, commit_seconds_max=1.5)

    async def measure(self, stage: Stage, size: Size) -> None:
        async with connected(stage) as client:
            stream = await StreamAlone.open(stage, client.bus.wire)
            alone = [await _alone(stage, stream, size)]
            # What one cell leaves to the analysis weighs on the next: so each repeat has an order of its own.
            for cell in stage.random.sample(CELLS, len(CELLS)):
                stage.progress(cell.name)
                load, numbers = cell.load(size.documents_in_flight), during(size.seconds)
                stored = await store(stage, client, cell.door, load, numbers, seconds_max=size.commit_seconds_max)
                stage.note(cell.name, stored.a_second)
            alone.append(await _alone(stage, stream, size))
        stage.note(ALONE, fmean(alone))


async def _alone(stage: Stage, stream: StreamAlone, size: Size) -> float:
    stage.progress(ALONE)
    payload = payload_of(["alone"], KIB)
    with stage.system.paused("analysis"):
        return await stream.acknowledged_a_second(payload, in_flight=IN_FLIGHT_MAX, seconds=size.seconds)


scenario = Doors()
