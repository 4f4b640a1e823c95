"""Real workers, and steps that do what they should not: each costs its own finding for its own document."""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from random import Random

import psutil  # type: ignore[import-untyped]  # it comes without types
import pytest
import uvloop

from services.analysis.workers.task import WANTED
from shared.errors import Unavailable
from shared.settings import AnalysisSettings
from tests.services.analysis.workers.hands import MIB, SETTINGS, at_work, by_step, failures, missed_by, task, working
from tests.until import until


async def test_everything_that_a_step_can_do_wrong_costs_one_note_of_one_document() -> None:
    wrongs = {
        "raise": {"raising": "no words for it"},
        "loop": {"looping": "it took longer than 1 s"},
        "eat": {"eating": "it wanted more memory than a worker may have"},
        "exit": {"exiting": "it ended its process with code 7"},
        "leave": {"exiting": "goodbye"},
        "crash": {"crashing": "its process died of SIGSEGV"},
        "exit, then loop": {
            "exiting": "it ended its process with code 7",
            "looping": "it took longer than 1 s",
        },
    }
    async with working() as (pool, catalogue):
        tasks = [task(catalogue, f"{number}", text) for number, text in enumerate(wrongs)]
        tasks[3:3] = [task(catalogue, f"harmless {number}") for number in range(20)]
        notes = await pool.run(tasks)
    found = failures(notes)
    assert [found.pop(str(number)) for number in range(len(wrongs))] == list(wrongs.values())
    assert len(found) == 20
    assert not any(found.values())
    assert all(set(by_step(each)) == {step.name for step in catalogue.fast} for each in notes)
    # The loop, the hunger, the exit, the crash, and two on one document.
    assert pool.restarts >= 5


async def test_what_is_no_json_or_too_much_of_it_is_a_failure_of_its_step() -> None:
    async with working() as (pool, catalogue):
        notes = await pool.run([task(catalogue, "a", "nonsense"), task(catalogue, "b", "book")])
    found = failures(notes)
    assert "can't be written down" in (found["a"]["raising"] or "")
    assert "bytes" in (found["b"]["raising"] or "")
    assert pool.restarts == 0


async def test_a_note_says_all_that_is_to_be_known() -> None:
    async with working() as (pool, catalogue):
        [notes] = await pool.run([task(catalogue, "a", "exit")])
    exiting, good = by_step(notes)["exiting"], by_step(notes)["good"]
    assert (exiting.id, exiting.version, exiting.step_version) == ("a", 4, 2)
    assert good.duration_ms is not None
    assert isinstance(good.value, dict)
    assert good.value["text"] == "exit"


async def test_a_worker_is_nice_and_what_a_step_prints_or_reads_harms_nobody() -> None:
    async with working() as (pool, catalogue):
        [notes] = await pool.run([task(catalogue, "a")])
        value = by_step(notes)["good"].value
    assert isinstance(value, dict)
    assert (value["read"], value["niceness"]) == ("", min(19, os.nice(0) + 10))


async def test_a_step_that_only_waits_is_ended_too() -> None:
    settings = SETTINGS.model_copy(update={"step_seconds_max": 0.05})
    async with working(settings) as (pool, catalogue):
        notes = await pool.run([task(catalogue, "a", "wait"), task(catalogue, "b")])
    assert failures(notes) == {"a": {"looping": "it took longer than 0.05 s"}, "b": {}}


async def test_a_step_that_switches_off_the_clocks_is_ended_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.analysis.workers.worker.GRACE_SECONDS", 0.0)
    settings = SETTINGS.model_copy(update={"step_seconds_max": 0.1})
    async with working(settings) as (pool, catalogue):
        notes = await pool.run([task(catalogue, "a", "stubborn loop"), task(catalogue, "b")])
    assert failures(notes) == {"a": {"looping": "it took longer than 0.1 s"}, "b": {}}


async def test_only_what_is_wanted_is_noted_and_slow_steps_are_only_asked() -> None:
    async with working() as (pool, catalogue):
        tickets = [task(catalogue, "a", "a ticket"), task(catalogue, "b"), task(catalogue, "c", "fussy ticket")]
        notes = await pool.run(tickets)
    assert [each[-1] for each in notes] == [WANTED, b"", b""]


async def test_steps_see_no_more_of_a_text_than_they_may_and_say_so() -> None:
    settings = SETTINGS.model_copy(update={"text_count_max": 1_000})
    async with working(settings) as (pool, catalogue):
        [notes] = await pool.run([task(catalogue, "a", "é" * 5_000)])
    good = by_step(notes)["good"]
    assert isinstance(good.value, dict)
    assert good.value["text"] == "é" * 1_000
    assert good.reason == "only the first 1000 characters were looked at"


async def test_a_step_that_dies_of_the_warming_up_is_warmed_up_no_more() -> None:
    async with working(SETTINGS.model_copy(update={"disabled": ()})) as (pool, catalogue):
        [notes] = await pool.run([task(catalogue, "a")])
    assert by_step(notes)["warming"].value == "warm"


def test_a_worker_that_is_killed_when_it_has_nothing_to_do_is_replaced() -> None:
    async def story() -> None:
        async with working() as (pool, catalogue):
            await pool.run([task(catalogue, "a")])
            idle = psutil.Process(pool.pids[0])
            idle.kill()
            await until(lambda: not idle.is_running() or idle.status() == psutil.STATUS_ZOMBIE)
            assert by_step((await pool.run([task(catalogue, "b")]))[0])["good"].status == "ok"
            assert pool.restarts == 1

    # On the loop of the services, which says it in other words when a pipe is closed.
    uvloop.run(story())


async def test_workers_that_are_killed_from_outside_cost_nothing() -> None:
    chance = Random(5)
    async with working(SETTINGS.model_copy(update={"workers": 2})) as (pool, catalogue):
        batches = [[task(catalogue, f"{batch}-{number}") for number in range(30)] for batch in range(6)]
        running = [asyncio.create_task(pool.run(batch)) for batch in batches]

        def missed_or_done(restarts: int) -> Callable[[], bool]:
            # One that has nothing left to do is missed by nobody.
            return lambda: pool.restarts > restarts or all(batch.done() for batch in running)

        for _ in range(3):
            await until(lambda: bool(pool.pids))
            with suppress(ProcessLookupError):
                os.kill(chance.choice(list(pool.pids.values())), signal.SIGKILL)
            await until(missed_or_done(pool.restarts))
        results = await asyncio.gather(*running)
        assert pool.restarts > 0
    assert [[by_step(notes)["good"].id for notes in result] for result in results] == [
        [one.document.id for one in batch] for batch in batches
    ]
    assert not any(failed for result in results for failed in failures(result).values())


async def test_of_a_document_that_is_killed_twice_the_step_is_to_blame() -> None:
    async with working(SETTINGS.model_copy(update={"step_seconds_max": 30.0})) as (pool, catalogue):
        running = asyncio.create_task(pool.run([task(catalogue, "a", "loop"), task(catalogue, "b")]))
        for _ in range(2):
            await until(lambda: bool(pool.pids))
            busy = psutil.Process(pool.pids[0])
            await until(at_work(busy))
            busy.kill()
            await until(missed_by(pool, pool.restarts))
        assert pool.restarts == 2
        notes = await running
    assert failures(notes) == {"a": {"looping": "its process died of SIGKILL"}, "b": {}}


async def test_workers_that_can_not_live_are_unavailable_and_may_come_back() -> None:
    too_little = AnalysisSettings(worker_bytes_max=64 * MIB).model_copy(update={"worker_bytes_max": MIB})
    async with working(too_little) as (pool, catalogue):
        with pytest.raises(Unavailable, match="does not get ready"):
            await pool.run([task(catalogue, "a")])


async def test_who_asks_a_pool_that_has_stopped_is_told() -> None:
    async with working() as (pool, catalogue):
        first = await pool.run([task(catalogue, "a")])
    with pytest.raises(Unavailable, match="stopped"):
        await pool.run([task(catalogue, "a")])
    assert not failures(first)["a"]
