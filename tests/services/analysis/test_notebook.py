"""Writing notes: all of a document in one request, few documents in each, and what is too large costs itself only."""

import pytest
from pydantic import JsonValue

from services.analysis.notebook import NoteBook, Page
from services.analysis.noting import failure, finding_of, note_of
from services.analysis.step import Finding, Step
from shared.bus.bus import Bus, reply_of_error, reply_with
from shared.bus.memory import MemoryBroker, MemoryWire
from shared.bus.wire import Calling, Delivery, Endpoint, Reply
from shared.contracts.annotations import Annotate, AnnotateOutcome, AnnotateResults, Annotation
from shared.contracts.problem import Problem
from shared.errors import NotFound, PostilError, TooLarge, Unavailable
from tests.services.analysis.workers.hands import document
from tests.simulation.loop import Simulation, run_simulated


def page(id: str, count: int, text: str = "") -> Page:
    steps = [Step(f"step-{number}", 1) for number in range(count)]
    return Page(id, [note_of(document(id), step, Finding(text), 1.0) for step in steps])


class Database:
    """Refuses what is too large, and what is gone."""

    def __init__(self, bytes_max: int = 10_000_000) -> None:
        self.bytes_max = bytes_max
        self.requests: list[tuple[Annotation, ...]] = []
        self.error: PostilError = NotFound("there is no document")

    async def answer(self, request: Delivery) -> Reply:
        if len(request.payload) > self.bytes_max:
            return reply_of_error(TooLarge("too many bytes"))
        query = Annotate.decode(request.payload)
        assert query.once
        self.requests.append(query.annotations)
        return reply_with(AnnotateResults(results=tuple(map(self._outcome, query.annotations))))

    def _outcome(self, note: Annotation) -> AnnotateOutcome:
        if note.id == "gone":
            return AnnotateOutcome(id=note.id, step=note.step, error=Problem.of(self.error))
        return AnnotateOutcome(id=note.id, step=note.step, outcome="stale" if note.id == "old" else "annotated")


def written(database: Database, *pages: Page) -> set[str]:
    async def story(simulation: Simulation) -> set[str]:
        broker = MemoryBroker(simulation.clock, simulation.chance)
        endpoint = Endpoint("annotate", "postil.*.annotate", database.answer, 100)
        await MemoryWire(broker, "database").answer(Calling("db", "1.0.0", "", dict), [endpoint])
        return await NoteBook(Bus(MemoryWire(broker, "analysis"))).write("main", pages)

    return run_simulated(story, 1)


def test_requests_are_small_and_no_document_is_in_two_of_them() -> None:
    database = Database()
    ids = written(database, *(page(f"d{number}", 9) for number in range(50)))
    assert ids == {f"d{number}" for number in range(50)}
    assert {len(request) for request in database.requests} == {63, 9}
    assert sum(len({note.id for note in request}) for request in database.requests) == 50


def test_a_document_with_more_notes_than_fit_is_not_torn_apart() -> None:
    database = Database()
    written(database, page("a", 1), page("b", 200), page("c", 1), page("none", 0))
    assert sorted(len(request) for request in database.requests) == [1, 1, 200]


def test_large_notes_travel_alone() -> None:
    database = Database()
    written(database, *(page(f"d{number}", 2, "x" * 100_000) for number in range(6)))
    assert [len({note.id for note in request}) for request in database.requests] == [2, 2, 2]


def test_what_the_bus_does_not_take_costs_its_own_step() -> None:
    database = Database(bytes_max=2_000)
    large = Page("a", [*page("a", 2).notes, note_of(document("a"), Step("large", 1), Finding("x" * 5_000), 1.0)])
    assert written(database, large, page("b", 1)) == {"a", "b"}
    notes = {note.step: note for request in database.requests for note in request if note.id == "a"}
    assert {name: note.status for name, note in notes.items()} == {"step-0": "ok", "step-1": "ok", "large": "failed"}
    assert notes["large"].reason == "what it found is too large for the bus"


def test_when_even_failures_are_too_large_it_is_told() -> None:
    with pytest.raises(TooLarge):
        written(Database(bytes_max=10), page("a", 1))


def test_what_is_gone_or_replaced_is_no_failure() -> None:
    assert written(Database(), page("gone", 2), page("old", 2), page("a", 2)) == {"a"}


def test_a_database_that_can_not_just_now_is_away() -> None:
    database = Database()
    database.error = Unavailable("the disk is full")
    with pytest.raises(Unavailable, match="the disk is full"):
        written(database, page("gone", 2))


def test_half_a_character_or_a_book_in_a_reason_is_written_all_the_same() -> None:
    note = note_of(document("a"), Step("s", 1), failure("\ud800" + "x" * 10_000), 1.0)
    reason = Annotation.decode(note).reason or ""
    assert reason.startswith("?x")
    assert len(reason) == 500


def deep(levels: int) -> JsonValue:
    value: JsonValue = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize("value", ["\ud800", float("nan"), [float("-inf")], deep(300), {"a": deep(197)}])
def test_a_value_that_can_not_be_read_back_is_a_failure(value: JsonValue) -> None:
    note = Annotation.decode(note_of(document("a"), Step("s", 1), Finding(value), 1.0))
    assert note.status == "failed"
    assert "can't be written down" in (note.reason or "")


def test_a_status_that_does_not_exist_is_a_failure() -> None:
    finding = Finding(1, status="splendid")  # type: ignore[arg-type]  # a stranger does not check his types
    note = Annotation.decode(note_of(document("a"), Step("s", 1), finding, 1.0))
    assert note.status == "failed"
    assert "'status'" in (note.reason or "")


@pytest.mark.parametrize("value", [0, "", False, [], {}, "\x00", {"a": [1, {"b": None}]}, "🦊", 1.5, deep(150)])
def test_what_was_found_is_read_back_as_it_was(value: JsonValue) -> None:
    note = note_of(document("a"), Step("s", 1), Finding(value), 1.0)
    assert Annotate.decode(b'{"annotations":[%b]}' % note).annotations[0].value == value
    assert finding_of(note) == (Finding(value), 1.0)
