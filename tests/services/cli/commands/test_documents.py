"""`postil get`, `list`, `delete`: what a person and a program see."""

import orjson
import pytest

from tests.services.cli.postil import Postil


@pytest.fixture
def notes(postil: Postil) -> Postil:
    """Five notes and a letter, in the order of their numbers."""
    documents = [{"id": f"n{number}", "title": f"note {number}", "text": "text"} for number in range(5)]
    postil("publish", "notes", orjson.dumps(documents).decode(), "--wait")
    postil("publish", "letters", "Dear Ada", "--id", "l", "--wait")
    return postil


def ids(documents: object) -> list[str]:
    assert isinstance(documents, list)
    return [document["id"] for document in documents]


def test_a_document_is_shown_with_all_that_is_known(postil: Postil) -> None:
    document = {
        "id": "n", "title": "a [red]title[/]", "text": "two\nlines \x1b[31m", "author": "Ada", "source": "test",
        "tags": ["a"], "data": {"n": 1}, "thread": "t", "parents": ["p"], "ttl_seconds": 60,
        "occurred_at": "2024-01-02T03:04:05Z",
    }  # fmt: skip
    postil("publish", "notes", orjson.dumps(document).decode(), "--wait")

    shown = postil("get", "n").out

    for fact in (
        "a [red]title[/]",
        "two\nlines \N{SYMBOL FOR ESCAPE}[31m",
        "Ada",
        "thread",
        "parents",
        "expires",
        '"n": 1',
    ):
        assert fact in shown
    assert "\x1b" not in shown


def test_an_old_version_is_found_by_number_and_by_time(notes: Postil) -> None:
    before = notes.line("get", "n1")
    notes("publish", "notes", "new text", "--id", "n1", "--wait")

    assert notes.line("get", "n1")["version"] == 2
    assert notes.line("get", "n1", "--at", str(before["seq"]))["text"] == "text"
    assert notes.line("get", "n1", "--at", before["updated_at"])["text"] == "text"


def test_what_is_not_there_is_told_by_the_exit_code(postil: Postil) -> None:
    assert "nope" in postil("get", "nope", code=3).err
    assert "neither a sequence number nor a time" in postil("get", "nope", "--at", "yesterday", code=4).err


def test_a_list_goes_on_page_by_page(notes: Postil) -> None:
    first = notes("list", "--limit", "4")
    cursor = first.err.split("--after ")[1].strip()

    assert [line.split()[0] for line in first.out.splitlines()] == ["id", "n0", "n1", "n2", "n3"]
    assert "4 of 6" in first.err
    assert ids(notes.lines("list", "--after", cursor)) == ["n4", "l"]
    assert notes("list", "--after", cursor).err == ""


def test_a_list_may_be_of_one_collection_the_newest_or_all(notes: Postil) -> None:
    assert ids(notes.lines("list", "letters")) == ["l"]
    assert ids(notes.lines("list", "notes", "--newest", "--limit", "2")) == ["n4", "n3"]
    assert ids(notes.lines("list", "--all", "--limit", "1")) == ["n0", "n1", "n2", "n3", "n4", "l"]
    assert notes("list", "nothing").err == "there are none\n"
    assert "takes a collection" in " ".join(notes("list", "--newest", code=2).err.split())


def test_deleting_takes_a_yes_or_somebody_to_ask(notes: Postil) -> None:
    assert "nobody to ask" in notes("delete", "n0", code=2).err
    assert notes("delete", "n0", "--yes").out.startswith("deleted  n0  v2")
    assert notes.line("delete", "n1", "--yes", "--if-version", "1")["version"] == 2
    assert len(notes.documents("notes")) == 3


def test_deleting_goes_on_behind_what_can_not_be_deleted(notes: Postil) -> None:
    ran = notes("delete", "n0", "nope", "n1", "--yes", code=3)

    assert "nope" in ran.err
    assert len(notes.documents("notes")) == 3
    assert "version" in notes("delete", "n2", "--if-version", "7", "--yes", code=4).err
    assert "single document" in notes("delete", "n2", "n3", "--if-version", "1", "--yes", code=2).err


def test_erasing_leaves_no_text_in_the_history(notes: Postil) -> None:
    seq = notes.line("get", "n0")["seq"]
    notes("delete", "n0", "--yes")
    notes("delete", "n1", "--yes", "--erase")

    assert notes.line("get", "n0", "--at", str(seq))["text"] == "text"
    notes("get", "n1", "--at", str(seq + 1), code=3)
