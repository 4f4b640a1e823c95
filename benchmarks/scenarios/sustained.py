"""Documents through the stream at full rate for ten seconds, and what each of them costs each process."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean
from time import process_time

from benchmarks.client import connected
from benchmarks.limits.storage import documents_a_second
from benchmarks.scenario import Figure, Ratio, Scenario
from benchmarks.sending import Load, during, store
from benchmarks.stage import Stage

FIRST = Load("first", document_bytes=1_024, batch_count=64, in_flight=16)
SUSTAINED = Load("sustained", document_bytes=1_024, batch_count=64, in_flight=16)
PROCESSES = ("broker", "ingest", "database", "analysis", "bot")
PUBLISHER = "publisher"


@dataclass(frozen=True, slots=True)
class Size:
    seconds: float
    # The messages by which the system gets warm, and whose documents SQLite alone stores again.
    first_count: int
    commit_seconds_max: float


class Sustained(Scenario[Size]):
    name = "sustained"
    about = (
        "Documents of 1 KiB through the stream, 64 in a message and 16 messages in flight, for ten seconds and until "
        "all are committed. Beside what SQLite alone stores of the same rows in one thread, as the mean of before and "
        "after. The CPU time is that of all threads; the analysis annotates meanwhile, as far as it gets."
    )
    figures = (
        Figure("documents", "documents/s", "higher"),
        Figure("SQLite alone", "documents/s", "higher"),
        *(Figure(f"{process}, CPU", "µs/document") for process in (*PROCESSES, PUBLISHER)),
    )
    ratios = (Ratio("documents", "SQLite alone", 0.5),)
    full = Size(seconds=10.0, first_count=512, commit_seconds_max=30.0)
    smoke = Size(seconds=0.2, first_count=16, commit_seconds_max=1.5)

    async def measure(self, stage: Stage, size: Size) -> None:
        bound = size.commit_seconds_max
        async with connected(stage) as client:
            stage.progress("the first documents")
            await store(stage, client, "docs", FIRST, range(size.first_count), seconds_max=bound)
            before = await _alone(stage)
            stage.progress(f"{size.seconds:g} s at full rate")
            spent = _cpu_seconds(stage)
            stored = await store(stage, client, "docs", SUSTAINED, during(size.seconds), seconds_max=bound)
            for process, seconds in _cpu_seconds(stage).items():
                stage.note(f"{process}, CPU", (seconds - spent[process]) / stored.documents * 1_000_000)
            after = await _alone(stage)
        stage.note("documents", stored.a_second)
        stage.note("SQLite alone", fmean((before, after)))


async def _alone(stage: Stage) -> float:
    stage.progress("SQLite alone")
    # The analysis has a long way to go yet, and would take a part of the machine for it.
    with stage.system.paused("analysis"):
        return await documents_a_second(stage, FIRST.collection)


def _cpu_seconds(stage: Stage) -> Mapping[str, float]:
    return {process: stage.system.cpu_seconds(process) for process in PROCESSES} | {PUBLISHER: process_time()}


scenario = Sustained()
