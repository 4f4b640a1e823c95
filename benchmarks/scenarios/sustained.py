"""Documents through the stream at full rate for ten seconds, and what each of them costs each process."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean
from time import perf_counter, process_time

from benchmarks.client import Client, connected, payload_of
from benchmarks.closed_loop import closed_loop
from benchmarks.limits.storage import documents_a_second
from benchmarks.scenario import Figure, Ratio, Scenario
from benchmarks.sending import Backlog, During
from benchmarks.stage import Stage

DOCUMENT_BYTES = 1_024
BATCH_COUNT = 64
IN_FLIGHT = 16
PROCESSES = ("broker", "ingest", "database", "analysis", "bot")
PUBLISHER = "publisher"


@dataclass(frozen=True, slots=True)
class Size:
    seconds: float
    # The documents by which the system gets warm, and which SQLite alone stores again.
    first_count: int
    commit_seconds_max: float


class Sustained(Scenario[Size]):
    name = "sustained"
    about = (
        "Documents of 1 KiB through the stream, 64 in a message and 16 messages in flight, for ten seconds and until "
        "all are committed, beside what SQLite alone stores of the same rows in one thread; the latter is the mean of "
        "before and after. The analysis annotates meanwhile, as far as it gets. CPU time is that of all threads."
    )
    figures = (
        Figure("documents", "documents/s", "higher"),
        Figure("SQLite alone", "documents/s", "higher"),
        *(Figure(f"{process}, CPU", "µs/document") for process in (*PROCESSES, PUBLISHER)),
    )
    ratios = (Ratio("documents", "SQLite alone", 0.5),)
    full = Size(seconds=10.0, first_count=32_768, commit_seconds_max=30.0)
    smoke = Size(seconds=0.2, first_count=1_024, commit_seconds_max=1.5)

    async def measure(self, stage: Stage, size: Size) -> None:
        async with connected(stage) as client:
            stage.progress("the first documents")
            first = During.of(size.first_count // BATCH_COUNT)
            await _through_the_stream(stage, client, "first", first, size)
            alone = [await _alone(stage)]
            stage.progress(f"{size.seconds:g} s at full rate")
            spent = _spent(stage)
            begun = perf_counter()
            count = await _through_the_stream(stage, client, "sustained", During(size.seconds), size)
            took = perf_counter() - begun
            alone.append(await _alone(stage))
        stage.note("documents", count / took)
        stage.note("SQLite alone", fmean(alone))


scenario = Sustained()
