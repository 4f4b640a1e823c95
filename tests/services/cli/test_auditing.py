"""Checking the audit against the change log: what a chain alone can't show."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from services.cli.auditing import Examination, read_head, written_head
from services.cli.session import Session
from shared.bus.bus import Bus
from shared.contracts.audit import AUDIT_COLLECTION, NOTHING_YET, Link, entry_id
from shared.contracts.changes import Change, ChangePage, ListChanges, Op
from shared.contracts.documents import Document, DocumentPage, ListDocuments
from shared.errors import Invalid
from shared.settings import Settings
from tests.shared.contracts.audit_entries import chain, document_of, documents

MOMENT = datetime(2026, 1, 1, 12, tzinfo=UTC)
PAGE = 4


class Files:
    """A database whose files somebody may have worked on."""

    def __init__(self, documents: Sequence[Document], changes: Sequence[Change]) -> None:
        self._documents = documents
        self._changes = changes

    async def ask(self, tenant: str, query: ListDocuments | ListChanges) -> DocumentPage | ChangePage:
        if isinstance(query, ListChanges):
            items = [each for each in self._changes if each.seq > query.since][:PAGE]
            return ChangePage(items=tuple(items), last_seq=items[-1].seq if items else self._changes[-1].seq)
        start = int(query.after or 0)
        items_of_page = tuple(self._documents[start : start + PAGE])
        more = start + PAGE < len(self._documents)
        return DocumentPage(items=items_of_page, next=str(start + PAGE) if more else None, total=0)


def put(document: Document, seq: int | None = None) -> Change:
    return Change(
        seq=seq or document.seq,
        op="put",
        collection=AUDIT_COLLECTION,
        id=document.id,
        version=document.version,
        at=MOMENT,
        document=document,
    )


def other(op: Op, seq: int, id: str, version: int = 2) -> Change:
    return Change(seq=seq, op=op, collection=AUDIT_COLLECTION, id=id, version=version, at=MOMENT)


def examined(
    documents: Sequence[Document], changes: Sequence[Change], kept: Link | None = None
) -> tuple[list[str], Examination]:
    files = cast(Bus, Files(documents, changes))
    examination = Examination(Session(files, "main", Settings()), kept)

    async def sentences() -> list[str]:
        return [flaw.sentence async for flaw in examination.flaws()]

    return asyncio.run(sentences()), examination


def found(documents: Sequence[Document], changes: Sequence[Change], kept: Link | None = None) -> list[str]:
    return examined(documents, changes, kept)[0]


def test_an_untouched_audit_has_no_flaws_and_a_head() -> None:
    entries = chain(6)
    sentences, examination = examined(documents(), [*map(put, documents()), other("annotate", 7, entry_id(2), 1)])
    assert sentences == []
    assert (examination.entries, examination.head) == (6, Link(6, entries[-1].hash))


def test_no_audit_at_all_has_no_flaws() -> None:
    sentences, examination = examined([], [other("annotate", 1, "x")])
    assert (sentences, examination.entries, examination.head) == ([], 0, NOTHING_YET)


def test_what_is_written_meanwhile_is_no_flaw() -> None:
    assert found(documents(), [put(each) for each in documents()[:4]]) == []


def test_a_tail_that_was_cut_off_is_in_the_log() -> None:
    assert found(documents()[:4], [put(each) for each in documents()]) == [
        f"Entry {number} was written, as the log says, and is not there any more." for number in (5, 6)
    ]


def test_what_is_not_in_the_log_was_put_in_elsewhere() -> None:
    log = [put(each) for each in documents() if each.seq != 3]
    assert found(documents(), log) == ["Entry 3 is not in the log: it was put in elsewhere."]


def test_the_log_remembers_what_was_there_before_a_whole_new_chain() -> None:
    anew = [document_of(entry) for entry in chain(6, missed=0)]
    assert found(anew, [put(each) for each in documents()]) == [
        f"Entry {number} is not what the log says was written." for number in range(1, 7)
    ]


def test_deletions_ends_and_new_versions_are_told_with_their_time() -> None:
    all_six = documents()
    again = all_six[3].model_copy(update={"version": 3, "seq": 9})
    log = [*map(put, all_six), other("delete", 7, entry_id(4)), other("expire", 8, entry_id(2)), put(again)]
    log.append(other("delete", 10, "postil.audit.x"))
    left = [all_six[0], all_six[2], *all_six[4:], again]
    assert found(left, log) == [
        "Entry 4 was deleted (2026-01-01 12:00:00 UTC, change 7).",
        "Entry 2 was given an end, and has ended (2026-01-01 12:00:00 UTC, change 8).",
        "Entry 4 was written again (2026-01-01 12:00:00 UTC, change 9).",
        "Document postil.audit.x was deleted (2026-01-01 12:00:00 UTC, change 10).",
        "Entry 2 is missing.",
        "Entry 4 is missing.",
        "Entry 4 is at version 3: it was written more than once.",
        "Entry 4 was written after entry 6, out of its turn.",
    ]


def test_an_old_version_whose_body_is_no_longer_kept_is_no_second_flaw() -> None:
    all_six = documents()
    again = all_six[5].model_copy(update={"version": 2, "seq": 7})
    thinned = put(all_six[5]).model_copy(update={"document": None})
    assert found([*all_six[:5], again], [*map(put, all_six[:5]), thinned, put(again)]) == [
        "Entry 6 was written again (2026-01-01 12:00:00 UTC, change 7).",
        "Entry 6 is at version 2: it was written more than once.",
    ]


def test_a_head_that_was_kept_shows_a_cut_and_a_new_chain() -> None:
    entries, anew = chain(6), chain(6, missed=0)

    def with_head(of: Sequence[Any], number: int) -> list[str]:
        stored = [document_of(entry) for entry in of]
        return found(stored, [other("annotate", 1, "x"), *map(put, stored)], Link(number, entries[number - 1].hash))

    assert with_head(entries, 6) == with_head(entries, 2) == []
    assert with_head(entries[:4], 5) == ["The entries end with entry 4, and there was an entry 5."]
    assert with_head([], 5) == ["The entries are gone, and there was an entry 5."]
    assert with_head(anew, 5) == ["Entry 5 has another hash than the one that was kept."]


def test_a_head_is_read_as_it_is_written() -> None:
    head = Link(17, "0123456789abcdef" * 4)
    assert read_head(f" {written_head(head).upper()}\n") == head


@pytest.mark.parametrize(
    "written", ["", "17", "17:", "17:abc", "x:" + "0" * 64, "1:" + "g" * 64, "9" * 5_000 + ":" + "0" * 64]
)
def test_what_is_no_head_is_refused(written: str) -> None:
    with pytest.raises(Invalid, match="a head is a number and a hash"):
        read_head(written)
