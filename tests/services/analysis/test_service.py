"""The analysis: every step on every new version, and a step that fails costs its own result only."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from services.analysis import steps
from services.analysis.service import AnalysisService
from services.analysis.step import Step
from shared.bus.bus import Bus, reply_with
from shared.bus.memory import MemoryBroker, MemoryWire
from shared.bus.wire import Calling, Delivery, Endpoint, Reply
from shared.catalogue import parts_in
from shared.contracts.annotations import Annotate, AnnotateResults, Annotation
from shared.contracts.changes import Change, Changes
from shared.contracts.documents import Document
from shared.runtime.runner import Runner
from shared.settings import Settings
from tests.simulation.loop import Simulation, run_simulated
from tests.until import until

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def document(id: str, version: int = 1, text: str | None = "one two\nthree") -> Document:
    return Document(
        id=id,
        tenant="main",
        collection="notes",
        text=text,
        version=version,
        seq=version,
        created_at=MOMENT,
        updated_at=MOMENT,
    )


def put(one: Document) -> Change:
    return Change(seq=one.seq, op="put", collection="notes", id=one.id, version=one.version, at=MOMENT, document=one)


def analysed(changes: Sequence[Change], catalogue: Sequence[Step], expected: int) -> list[list[Annotation]]:
    """What the service asks the database to write, request by request."""
    requests: list[list[Annotation]] = []

    async def write(request: Delivery) -> Reply:
        requests.append(list(Annotate.decode(request.payload).annotations))
        return reply_with(AnnotateResults(results=()))

    async def story(simulation: Simulation) -> None:
        broker = MemoryBroker(simulation.clock, simulation.chance)
        database = MemoryWire(broker, "database")
        await database.answer(Calling("db", "1.0.0", "", dict), [Endpoint("annotate", "postil.*.annotate", write, 1)])
        bus = Bus(MemoryWire(broker, "analysis"))
        settings = Settings()
        runner = Runner(AnalysisService(bus, catalogue), bus, settings, simulation.clock)
        ready = asyncio.Event()
        running = asyncio.create_task(runner.run(ready.set))
        await ready.wait()
        await Bus(MemoryWire(broker, "feed")).publish("main", Changes(collection="notes", items=tuple(changes)))
        await until(lambda: sum(len(each) for each in requests) >= expected)
        runner.stopping.set()
        await running

    run_simulated(story, 1)
    return requests


def test_the_catalogue_is_what_lies_in_the_folder() -> None:
    assert [step.name for step in parts_in(steps, "step", Step)] == ["stats"]


def test_stats_count_what_there_is() -> None:
    [[annotation]] = analysed([put(document("a"))], parts_in(steps, "step", Step), 1)
    assert (annotation.id, annotation.version, annotation.step, annotation.status) == ("a", 1, "stats", "ok")
    assert annotation.value == {"characters": 13, "words": 3, "lines": 2}


def test_a_document_without_text_has_none() -> None:
    [[annotation]] = analysed([put(document("a", text=None))], parts_in(steps, "step", Step), 1)
    assert annotation.value == {"characters": 0, "words": 0, "lines": 0}


def test_of_several_versions_only_the_newest_is_looked_at() -> None:
    [[annotation]] = analysed([put(document("a", 1)), put(document("a", 2))], parts_in(steps, "step", Step), 1)
    assert annotation.version == 2


def test_what_is_no_new_version_is_not_looked_at() -> None:
    gone = Change(seq=1, op="delete", collection="notes", id="z", version=2, at=MOMENT)
    requests = analysed([gone, put(document("a"))], parts_in(steps, "step", Step), 1)
    assert [annotation.id for request in requests for annotation in request] == ["a"]


def test_a_step_that_fails_costs_its_own_result_only() -> None:
    def fail(_: Document) -> None:
        raise ValueError("no words for it")

    catalogue = (Step("broken", 3, fail), Step("good", 1, lambda _: "fine"))
    [[broken, good]] = analysed([put(document("a"))], catalogue, 2)
    assert (broken.status, broken.reason, broken.step_version) == ("failed", "no words for it", 3)
    assert (good.status, good.value) == ("ok", "fine")


def test_many_annotations_are_written_in_small_requests() -> None:
    changes = [put(document(f"d{number}")) for number in range(150)]
    requests = analysed(changes, parts_in(steps, "step", Step), 150)
    assert [len(request) for request in requests] == [64, 64, 22]
