"""The importer against a put door that answers as the tests want it to."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from itertools import chain
from pathlib import Path

import orjson
import pytest

from services.cli.importing.belt import Belt
from services.cli.importing.checkpoint import CheckpointFile
from services.cli.importing.importer import FLIGHTS_MAX, Importer
from services.cli.importing.preparing import Plan, Start, Step, steps
from services.cli.importing.rejects import Rejects
from services.cli.importing.tally import Counts, Reached
from shared.contracts.problem import Problem
from shared.contracts.saving import Saved, SaveResults
from shared.errors import Conflict, Invalid, TooLarge, Unavailable
from tests.until import until

Answer = Callable[[list[str]], Awaitable[list[Saved]]]


class Watched:
    """What whoever shows the progress was told."""

    def __init__(self) -> None:
        self.reached: list[Reached] = []
        self.waited: list[str] = []

    def came_to(self, reached: Reached, counts: Counts) -> None:
        self.reached.append(reached)

    def waits(self, because: str) -> None:
        self.waited.append(because)


class Import:
    """An import of numbered rows, `ids` being their ids."""

    def __init__(self, folder: Path, ids: list[str], answer: Answer, batch: int = 3) -> None:
        self.file = folder / "rows.ndjson"
        self.file.write_bytes(b"".join(orjson.dumps({"id": id, "text": str(n)}) + b"\n" for n, id in enumerate(ids)))
        self.checkpoint = CheckpointFile(folder / "at", "plan")
        self.rejects = folder / "rejects"
        self.progress = Watched()
        self.sent: list[list[str]] = []
        self._all_read = threading.Event()
        self._answer = answer
        self._batch = batch

    async def run(self) -> Counts:
        plan = Plan((str(self.file),), collection="c")
        with Rejects(self.rejects, tell=print) as rejects:
            belt = Belt(self._told(self._steps(plan)), weigh=lambda step: 1, weight_max=1_000)
            # So that the batches are the same each time.
            await until(self._all_read.is_set, seconds_max=5)
            importer = Importer(
                self._put, belt, self.checkpoint, rejects, self.progress, batch_count_max=self._batch, counts=Counts()
            )
            return await importer.run()

    def _steps(self, plan: Plan) -> Iterator[Step]:
        return steps(plan, Start())

    def _told(self, rows: Iterator[Step]) -> Iterator[Step]:
        try:
            yield from rows
        finally:
            self._all_read.set()

    async def _put(self, payload: bytes) -> SaveResults:
        ids = [document["id"] for document in orjson.loads(payload)]
        self.sent.append(ids)
        return SaveResults(results=tuple(await self._answer(ids)))


class BrokenImport(Import):
    def _steps(self, plan: Plan) -> Iterator[Step]:
        yield from super()._steps(plan)
        raise Invalid("broken")


async def created(ids: list[str]) -> list[Saved]:
    return [Saved(id=id, outcome="created") for id in ids]


def numbers(count: int) -> list[str]:
    return [str(number) for number in range(count)]


async def test_everything_is_sent_once_and_the_checkpoint_goes(tmp_path: Path) -> None:
    importing = Import(tmp_path, numbers(50), created)

    assert await importing.run() == Counts(created=50)
    assert sorted(chain.from_iterable(importing.sent), key=int) == numbers(50)
    assert importing.progress.reached[-1].offset == importing.file.stat().st_size
    assert importing.checkpoint.load() is None


async def test_a_batch_of_bad_rows_only_is_accounted_for_and_not_sent(tmp_path: Path) -> None:
    importing = Import(tmp_path, [], created)
    importing.file.write_bytes(b"{bad\n" * 5)

    assert await importing.run() == Counts(rejected=5)
    assert importing.sent == []


async def test_somebody_who_is_away_is_waited_for(tmp_path: Path) -> None:
    failures = iter([Unavailable("the database is away"), Unavailable("the database is away")])

    async def answer(ids: list[str]) -> list[Saved]:
        if (failure := next(failures, None)) is not None:
            raise failure
        return await created(ids)

    importing = Import(tmp_path, numbers(3), answer)

    assert await importing.run() == Counts(created=3)
    assert importing.progress.waited == ["the database is away"]


@pytest.mark.parametrize("wrong", ["an answer that is one short", "an answer of one that is away"])
async def test_answers_that_decide_nothing_are_asked_for_again(tmp_path: Path, wrong: str) -> None:
    answers = iter([True])

    async def answer(ids: list[str]) -> list[Saved]:
        saved = await created(ids)
        if not next(answers, False):
            return saved
        away = Saved(error=Problem.of(Unavailable("away")))
        return saved[:-1] if "short" in wrong else [*saved[:-1], away]

    assert await Import(tmp_path, numbers(3), answer).run() == Counts(created=3)


async def test_a_batch_that_is_refused_as_a_whole_is_split_until_the_culprit_is_alone(tmp_path: Path) -> None:
    async def answer(ids: list[str]) -> list[Saved]:
        if "4" in ids:
            raise TooLarge("too much")
        return await created(ids)

    importing = Import(tmp_path, numbers(7), answer, batch=7)

    assert await importing.run() == Counts(created=6, rejected=1)
    reject = orjson.loads(importing.rejects.read_bytes())
    assert (reject["number"], reject["kind"], reject["reason"]) == (5, "too-large", "too much")


async def test_a_refused_row_is_rejected_with_the_reason(tmp_path: Path) -> None:
    async def answer(ids: list[str]) -> list[Saved]:
        refused = Saved(error=Problem.of(Conflict("somebody was here")))
        return [refused if id == "1" else Saved(id=id, outcome="unchanged") for id in ids]

    importing = Import(tmp_path, numbers(3), answer)

    assert await importing.run() == Counts(unchanged=2, rejected=1)
    assert orjson.loads(importing.rejects.read_bytes())["reason"] == "somebody was here"


async def test_no_more_batches_than_allowed_are_under_way_and_none_is_accounted_for_before_its_turn(
    tmp_path: Path,
) -> None:
    gates: dict[str, asyncio.Event] = {}

    async def answer(ids: list[str]) -> list[Saved]:
        gates[ids[0]] = asyncio.Event()
        await gates[ids[0]].wait()
        return await created(ids)

    importing = Import(tmp_path, numbers(8), answer, batch=1)
    running = asyncio.create_task(importing.run())
    await until(lambda: len(gates) == FLIGHTS_MAX, seconds_max=5)

    gates["3"].set()
    gates["1"].set()
    assert importing.progress.reached == []
    gates["0"].set()
    await until(lambda: len(importing.progress.reached) == 2, seconds_max=5)
    assert importing.progress.reached[-1].number == 2

    gates["2"].set()
    for number in range(4, 8):
        await until(lambda: str(number) in gates, seconds_max=5)  # noqa: B023  it is awaited before the next one
        gates[str(number)].set()
    assert await running == Counts(created=8)


async def test_rows_of_one_document_are_sent_in_their_order(tmp_path: Path) -> None:
    gates: dict[tuple[str, ...], asyncio.Event] = {}

    async def answer(ids: list[str]) -> list[Saved]:
        gate = gates[tuple(ids)] = asyncio.Event()
        await gate.wait()
        return await created(ids)

    importing = Import(tmp_path, ["a", "b", "c", "d", "e", "a"], answer, batch=2)
    running = asyncio.create_task(importing.run())
    await until(lambda: len(gates) == 2, seconds_max=5)

    assert ("e", "a") not in gates
    gates["a", "b"].set()
    gates["c", "d"].set()
    await until(lambda: ("e", "a") in gates, seconds_max=5)
    gates["e", "a"].set()
    assert (await running).rows == 6


async def test_an_import_that_is_cut_knows_how_far_it_came(tmp_path: Path) -> None:
    async def answer(ids: list[str]) -> list[Saved]:
        if int(ids[0]) >= 6:
            await asyncio.Event().wait()
        return await created(ids)

    importing = Import(tmp_path, numbers(30), answer)
    running = asyncio.create_task(importing.run())
    await until(lambda: len(importing.progress.reached) == 2, seconds_max=5)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    checkpoint = importing.checkpoint.load()
    assert checkpoint is not None
    assert (checkpoint.number, checkpoint.counts) == (6, Counts(created=6))


async def test_what_breaks_the_reading_is_raised_after_what_was_read_is_accounted_for(tmp_path: Path) -> None:
    importing = BrokenImport(tmp_path, numbers(4), created)

    with pytest.raises(Invalid, match="broken"):
        await importing.run()
    checkpoint = importing.checkpoint.load()
    assert checkpoint is not None
    assert checkpoint.counts == Counts(created=4)
