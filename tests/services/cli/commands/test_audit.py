"""`postil audit`: listed, checked, and its head kept elsewhere."""

from collections.abc import Sequence

import orjson
import pytest

from shared.contracts.audit import NOTHING_YET, AuditEntry, Link, chained, draft_of, entry_id
from tests.services.cli.postil import Postil
from tests.shared.contracts.audit_entries import facts

TRICK = "it\nstops \x1b[31m[red]\u202e"


def write(postil: Postil, *entries: AuditEntry) -> None:
    drafts = [orjson.loads(draft_of(entry).encode()) for entry in entries]
    postil("publish", "postil.audit", orjson.dumps(drafts).decode(), "--wait")


def chain(count: int) -> Sequence[AuditEntry]:
    entries: list[AuditEntry] = []
    link = NOTHING_YET
    for number in range(count):
        author = "mallory" if number % 2 else "ada"
        said = facts(
            f"c{number}", author=author, account=None, arguments=TRICK, result="denied" if number % 2 else "ok"
        )
        entries.append(chained(said, link))
        link = Link(entries[-1].number, entries[-1].hash)
    return entries


@pytest.fixture
def written(postil: Postil) -> Postil:
    write(postil, *chain(5))
    return postil


def test_entries_are_listed_newest_first_and_do_no_harm(written: Postil) -> None:
    heading, *rows = written("audit", "list").out.splitlines()
    assert heading.split() == ["no", "when", "who", "where", "result", "what"]
    assert [row.split()[0] for row in rows] == ["5", "4", "3", "2", "1"]
    assert rows[1].split()[3:6] == ["mallory", "irc/python", "denied"]
    assert "c3 it stops \N{SYMBOL FOR ESCAPE}[31m[red]\N{REPLACEMENT CHARACTER} (as wished)" in rows[1]
    assert [line["number"] for line in written.lines("audit", "list", "--author", "MALLORY")] == [4, 2]
    ran = written("audit", "list", "--limit", "2", "--json")
    assert (len(ran.out.splitlines()), ran.err) == (2, "")
    assert written.line("audit", "list", "--limit", "1")["arguments"] == TRICK


def test_an_untouched_audit_is_verified(written: Postil) -> None:
    head = written("audit", "head").out.strip()
    assert head == f"5:{chain(5)[-1].hash}"
    assert written.line("audit", "head") == {"number": 5, "hash": chain(5)[-1].hash}
    ran = written("audit", "verify", "--head", head)
    assert ran.out == f"Nobody has tampered with it: 5 entries in one chain\nhead {head}\n"
    assert written.lines("audit", "verify") == [{"entries": 5, "flaws": 0, "head": head}]


def test_tampering_is_told_and_is_the_exit_code(written: Postil) -> None:
    written("delete", entry_id(2), "--yes")
    told = written("audit", "verify", code=1).out.splitlines()
    assert told[0].startswith("Entry 2 was deleted (")
    assert told[1:3] == ["Entry 2 is missing.", "2 flaws in 4 entries"]
    flaws = written.lines("audit", "verify", code=1)
    assert [flaw["number"] for flaw in flaws[:-1]] == [2, 2]
    assert flaws[-1]["flaws"] == 2


def test_an_entry_that_was_never_right_is_told(postil: Postil) -> None:
    entries = chain(3)
    write(postil, entries[0], entries[1].model_copy(update={"detail": TRICK}), entries[2])
    assert "Entry 2 is not as it was written" in postil("audit", "verify", code=1).out
    assert "1 are not as they were written; `postil audit verify` says more" in postil("audit", "list").err
    postil("publish", "postil.audit", orjson.dumps({"id": "x[red]\u202e", "text": "x"}).decode(), "--wait")
    told = "Document x[red]\N{REPLACEMENT CHARACTER} is no entry of the audit."
    assert told in postil("audit", "verify", code=1).out.splitlines()


def test_a_kept_head_shows_what_was_cut_off(written: Postil) -> None:
    head = f"9:{'0' * 64}"
    told = written("audit", "verify", "--head", head, code=1).out
    assert told.startswith("The entries end with entry 5, and there was an entry 9.\n")
    assert "another hash" in written("audit", "verify", "--head", f"5:{'0' * 64}", code=1).out
    assert "a head is a number and a hash" in written("audit", "verify", "--head", "x", code=4).err


def test_a_tenant_without_an_audit_has_none(postil: Postil) -> None:
    assert postil("audit", "list").err == "there are none\n"
    assert "there is no entry yet" in postil("audit", "head", code=3).err
    assert postil("audit", "verify").out == "Nobody has tampered with it: 0 entries in one chain\n"
    assert postil.line("audit", "verify")["head"] is None
