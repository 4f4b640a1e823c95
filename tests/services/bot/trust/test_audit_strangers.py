"""What strangers put into the audit: it is passed by, found out, and no trouble for anybody else."""

import pytest

from services.bot.trust.audit import AuditBook
from shared.contracts.audit import AUDIT_COLLECTION, Link, chained, draft_of, entry_id
from shared.contracts.documents import DeleteDocument, Draft
from shared.contracts.saving import PutDocuments
from shared.errors import Unavailable
from shared.shelf import Shelf
from tests.services.bot.entries import checked, data_of, entries, facts, told
from tests.services.bot.shelves import Asked
from tests.until import until


@pytest.mark.parametrize("collection", [AUDIT_COLLECTION, "postil.notes"])
@pytest.mark.parametrize("is_gone", [False, True])
def test_a_stranger_at_the_next_number_is_passed_by_and_found_out(collection: str, is_gone: bool) -> None:
    async def story(asked: Asked, book: AuditBook) -> None:
        await book.record("main", facts("first"))
        stranger = Draft(id=entry_id(2), collection=collection, data={"number": 2, "hash": "0" * 64})
        await asked.ask("main", PutDocuments(documents=(stranger,)))
        if is_gone:
            await asked.ask("main", DeleteDocument(id=entry_id(2)))
        for each in (book, AuditBook(Shelf(asked), asked.clock)):
            await each.record("main", facts("later"))
        found = await entries(asked)
        assert data_of(found, "command")[-2:] == ["later", "later"]
        is_taken_for_good = not (is_gone and collection == AUDIT_COLLECTION)
        assert {flaw.number for flaw in checked(found)} == {2}
        assert data_of(found, "number")[-2:] == ([3, 4] if is_taken_for_good else [2, 3])

    told(story)


def test_many_strangers_before_and_after_do_not_hide_the_chain() -> None:
    async def story(asked: Asked, book: AuditBook) -> None:
        for number in range(3):
            await book.record("main", facts(str(number)))
        strangers = tuple(Draft(id=f"x{number}", collection=AUDIT_COLLECTION, text="x") for number in range(60))
        await asked.ask("main", PutDocuments(documents=strangers))
        await AuditBook(Shelf(asked), asked.clock).record("main", facts("3"))
        ours = [each for each in await entries(asked) if each.data is not None]
        assert data_of(ours, "number") == [1, 2, 3, 4]
        assert checked(ours) == []

    told(story)


def test_a_forged_entry_far_ahead_does_not_move_the_chain() -> None:
    async def story(asked: Asked, book: AuditBook) -> None:
        await book.record("main", facts("0"))
        await book.record("main", facts("1"))
        forged = draft_of(chained(facts("forged"), Link(900, "0" * 64)))
        await asked.ask("main", PutDocuments(documents=(forged,)))
        await AuditBook(Shelf(asked), asked.clock).record("main", facts("2"))
        assert data_of(await entries(asked), "number") == [1, 2, 901, 3]

    told(story)


def test_what_is_done_to_one_chain_is_no_trouble_for_other_tenants_and_passes() -> None:
    async def story(asked: Asked, book: AuditBook) -> None:
        strangers = (Draft(id=entry_id(number), collection=AUDIT_COLLECTION, text="x") for number in range(1, 81))
        await asked.ask("crowded", PutDocuments(documents=tuple(strangers)))
        with pytest.raises(Unavailable):
            await book.record("crowded", facts())
        assert [book.is_stuck(tenant) for tenant in ("crowded", "main")] == [True, False]
        await until(lambda: not book.is_behind)
        assert data_of(await asked.documents(AUDIT_COLLECTION, "crowded"), "number")[-1] == 81
        asked.fail(PutDocuments)
        with pytest.raises(Unavailable):
            await book.record("other", facts())
        assert book.is_stuck("main")
        asked.well()

    told(story)
