"""Writing the audit: one chain, whatever fails, and whoever puts something in its way."""

import asyncio

import pytest

from services.bot.trust.audit import NOTES_WAITING_MAX, RECORDS_WAITING_MAX, TENANTS_KNOWN_MAX, AuditBook
from shared.contracts.audit import AUDIT_COLLECTION
from shared.contracts.documents import RecentDocuments
from shared.contracts.saving import PutDocuments
from shared.errors import Invalid, Unavailable
from shared.shelf import Shelf
from tests.services.bot.entries import checked, data_of, entries, facts, told
from tests.services.bot.shelves import MOMENT, Asked
from tests.simulation.loop import Simulation, run_simulated
from tests.until import until


def test_a_new_book_needs_one_question_to_go_on() -> None:
    async def story(asked: Asked, book: AuditBook) -> None:
        for number in range(5):
            await book.record("main", facts(str(number)))
        assert asked.questions == ["recent", *["put"] * 5]
        asked.questions.clear()
        await AuditBook(Shelf(asked), asked.clock).record("main", facts("5"))
        assert asked.questions == ["recent", "put"]
        assert data_of(await entries(asked), "command") == list("012345")
        assert checked(await entries(asked)) == []

    told(story)


def test_each_tenant_has_a_chain_of_its_own() -> None:
    async def story(asked: Asked, book: AuditBook) -> None:
        await asyncio.gather(*(book.record(tenant, facts()) for tenant in ("main", "other", "main")))
        assert data_of(await entries(asked), "number") == [1, 2]
        assert data_of(await asked.documents(AUDIT_COLLECTION, "other"), "number") == [1]

    told(story)


def test_the_same_command_heard_by_two_bots_is_two_entries() -> None:
    async def story(asked: Asked, book: AuditBook) -> None:
        other = AuditBook(Shelf(asked), asked.clock)
        await asyncio.gather(*(each.record("main", facts("same")) for each in (book, other, book, other)))
        assert data_of(await entries(asked), "number") == [1, 2, 3, 4]
        assert checked(await entries(asked)) == []

    told(story)


@pytest.mark.parametrize("is_done", [True, False])
def test_after_a_failure_it_is_behind_and_catches_up_without_a_second_entry(is_done: bool) -> None:
    async def story(asked: Asked, book: AuditBook) -> None:
        asked.fail(PutDocuments, is_done=is_done)
        with pytest.raises(Unavailable):
            await book.record("main", facts("first"))
        assert book.is_behind
        assert len(await entries(asked)) == is_done
        book.note("main", facts("a note"))
        with pytest.raises(Unavailable):
            await book.record("main", facts("second"))
        assert book.vitals()["audit_waiting"] == 3
        asked.well()
        await until(lambda: not book.is_behind)
        assert data_of(await entries(asked), "command") == ["first", "second", "a note"]
        assert checked(await entries(asked)) == []
        assert all(each.version == 1 for each in await entries(asked))
        assert book.vitals() == {
            "audit_written": 3, "audit_waiting": 0, "audit_missed": 0, "audit_behind_seconds": 0.0,
        }  # fmt: skip

    told(story)


def test_it_says_since_when_it_is_behind() -> None:
    async def story(asked: Asked, book: AuditBook) -> None:
        asked.fail(PutDocuments)
        book.note("main", facts())
        await until(lambda: book.vitals()["audit_behind_seconds"] == 20.0, look_seconds=1, seconds_max=60)
        assert asked.questions.count("put") < 12
        asked.well()
        await until(lambda: not book.is_behind)
        assert len(await entries(asked)) == 1

    told(story)


def test_notes_are_bounded_and_the_next_entry_says_how_many_are_missing() -> None:
    async def story(asked: Asked, book: AuditBook) -> None:
        asked.fail(PutDocuments)
        for number in range(NOTES_WAITING_MAX + 7):
            book.note("main", facts(str(number)))
        await until(lambda: book.is_behind)
        book.note("main", facts("one is being tried"))
        book.note("main", facts("one too many"))
        asked.well()
        await until(lambda: not book.is_behind, seconds_max=60)
        found = await asked.documents(AUDIT_COLLECTION)
        assert len(found) == NOTES_WAITING_MAX + 1
        # The entry that was being tried was made before they got lost, or with those lost until then.
        assert sum(int(str(each or 0)) for each in data_of(found, "missed")) == 8
        assert checked(found) == []
        assert book.vitals()["audit_missed"] == 8

    told(story)


def test_records_are_bounded_too() -> None:
    async def story(asked: Asked, book: AuditBook) -> None:
        asked.fail(PutDocuments)
        records = [asyncio.create_task(book.record("main", facts(str(each)))) for each in range(RECORDS_WAITING_MAX)]
        await until(lambda: book.vitals()["audit_waiting"] == RECORDS_WAITING_MAX)
        outcomes = await asyncio.gather(*records, return_exceptions=True)
        assert {type(each) for each in outcomes} == {Unavailable}
        with pytest.raises(Unavailable):
            await book.record("main", facts("the one that is tried left a place"))
        with pytest.raises(Unavailable, match="too far behind"):
            await book.record("main", facts("too many"))
        asked.well()

    told(story)


def test_what_the_database_refuses_for_good_does_not_stop_the_others() -> None:
    async def story(asked: Asked, book: AuditBook) -> None:
        asked.refuse(lambda draft: "refused" in str(draft.data), Invalid("too long"))
        outcomes = await asyncio.gather(
            *(book.record("main", facts(command)) for command in ("first", "refused", "second")), return_exceptions=True
        )
        assert [type(each) for each in outcomes] == [type(None), Invalid, type(None)]
        assert not book.is_behind
        assert data_of(await entries(asked), "missed") == [None, 1]
        assert checked(await entries(asked)) == []

    told(story)


@pytest.mark.parametrize("name", ["a\x00b", "a\nb", "\u202eb", "", "x" * 2**20, "\ufdd0", " a "])
def test_whoever_is_called_anything_is_recorded(name: str) -> None:
    async def story(asked: Asked, book: AuditBook) -> None:
        await book.record("main", facts(name, name))
        assert checked(await entries(asked)) == []
        assert str(data_of(await entries(asked), "author")[0])[:1] == name[:1]

    told(story)


def test_a_mistake_of_ours_is_told_and_tried_again() -> None:
    async def story(asked: Asked, book: AuditBook) -> None:
        asked.refuse(lambda _: True, RuntimeError("a mistake"))
        with pytest.raises(Exception, match="the log says why"):
            await book.record("main", facts())
        assert book.is_behind
        asked.well()
        await until(lambda: not book.is_behind)
        assert len(await entries(asked)) == 1

    told(story)


def test_whoever_gives_up_waiting_is_recorded_all_the_same() -> None:
    async def story(asked: Asked, book: AuditBook) -> None:
        recording = asyncio.create_task(book.record("main", facts("left")))
        await asyncio.wait([recording], timeout=0)
        recording.cancel()
        await book.record("main", facts("stayed"))
        assert data_of(await entries(asked), "command") == ["left", "stayed"]

    told(story)


def test_what_is_left_is_written_at_the_end() -> None:
    async def tell(simulation: Simulation) -> None:
        asked = Asked(simulation.clock)
        book = AuditBook(Shelf(asked), simulation.clock)
        for number in range(20):
            book.note("main", facts(str(number)))
        book.stop()
        await book.run()
        assert len(await entries(asked)) == 20

    run_simulated(tell, 1)


def test_at_the_end_nobody_waits_for_ever() -> None:
    async def tell(simulation: Simulation) -> float:
        asked = Asked(simulation.clock)
        book = AuditBook(Shelf(asked), simulation.clock)
        asked.hang()
        recording = asyncio.create_task(book.record("main", facts()))
        await asyncio.wait([recording], timeout=1)
        book.stop()
        await book.run()
        with pytest.raises(Unavailable, match="closed"):
            await recording
        return (simulation.clock.now() - MOMENT).total_seconds()

    assert run_simulated(tell, 1) < 10


def test_no_more_tenants_wait_than_are_remembered() -> None:
    async def story(asked: Asked, book: AuditBook) -> None:
        asked.fail(RecentDocuments)
        for number in range(TENANTS_KNOWN_MAX + 7):
            book.note(f"t{number}", facts())
        with pytest.raises(Unavailable, match="too far behind"):
            await book.record("main", facts())
        assert (book.vitals()["audit_waiting"], book.vitals()["audit_missed"]) == (TENANTS_KNOWN_MAX, 8)
        asked.well()

    told(story)


def test_idle_tenants_are_forgotten_and_found_again() -> None:
    async def story(asked: Asked, book: AuditBook) -> None:
        for number in range(TENANTS_KNOWN_MAX + 2):
            await book.record(f"t{number}", facts())
        await book.record("t0", facts())
        assert data_of(await asked.documents(AUDIT_COLLECTION, "t0"), "number") == [1, 2]
        assert len(book._chains) <= TENANTS_KNOWN_MAX

    told(story)
