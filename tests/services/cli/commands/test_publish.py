"""`postil publish`: what it takes, and what it says."""

from pathlib import Path

import orjson
import pytest

from services.cli.commands import publish
from shared.contracts.dead import DeadLetter
from tests.services.cli.postil import Postil
from tests.until import until


async def test_a_text_is_on_disk_and_then_kept(postil: Postil) -> None:
    said = postil.line(
        "publish",
        "notes",
        "hello, margin",
        "--tag",
        "a",
        "--tag",
        "b",
        "--title",
        "T",
        "--author",
        "Ada",
        "--kind",
        "k",
    )

    assert said["stream"] == "DOCS"
    assert said["stream_seq"] > 0
    await until(lambda: len(postil.documents()) == 1)
    document = postil.line("get", said["ids"][0])
    assert (document["text"], document["tags"], document["title"]) == ("hello, margin", ["a", "b"], "T")
    assert (document["author"], document["collection"], document["kind"]) == ("Ada", "notes", "k")


def test_with_wait_it_tells_what_became_of_it(postil: Postil) -> None:
    first = postil.line("publish", "notes", "one", "--id", "n", "--ttl", "3600", "--attach", '{"n": [1, 2]}', "--wait")
    again = postil.line("publish", "notes", "two", "--id", "n", "--wait")

    assert {**first, "seq": 0} == {"id": "n", "version": 1, "seq": 0, "outcome": "created", "error": None}
    assert (again["version"], again["outcome"]) == (2, "updated")
    assert postil.line("get", "n", "--at", str(first["seq"]))["data"] == {"n": [1, 2]}


def test_the_same_key_is_one_document(postil: Postil) -> None:
    arguments = ("publish", "notes", "one", "--key", "k", "--wait")

    assert postil.line(*arguments)["id"] == postil.line(*arguments)["id"]
    assert len(postil.documents()) == 1


def test_for_a_person_it_says_where_it_is(postil: Postil) -> None:
    assert "on disk  DOCS" in postil("publish", "notes", "one", "--id", "[red]n").out
    assert "notes/[red]n" in postil("publish", "notes", "one", "--id", "[red]n").out
    assert "(key k)" in postil("publish", "notes", "one", "--key", "k").out
    assert "created  n2  v1  seq" in postil("publish", "notes", "one", "--id", "n2", "--wait").out


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", '[{"id": "1", "text": "a"}, {"id": "2", "text": "b"}]'),
        ("a.ndjson", '{"id": "1", "text": "a"}\n{"id": "2", "text": "b"}\n'),
        ("a", '{\n"id": "1", "text": "a"\n}\n{"id": "2",\n"text": "b"}'),
    ],
)
def test_a_file_of_documents_is_many(postil: Postil, tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)

    results = postil.lines("publish", "notes", "--file", tmp_path / name, "--tag", "x", "--wait")

    assert [(each["id"], each["outcome"]) for each in results] == [("1", "created"), ("2", "created")]
    assert [each["tags"] for each in postil.documents()] == [["x"], ["x"]]


def test_raw_takes_json_for_text(postil: Postil, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"id": "1"}')
    postil("publish", "notes", "--file", tmp_path / "a.json", "--raw", "--wait")

    assert [each["text"] for each in postil.documents()] == ['{"id": "1"}']


def test_standard_input_is_taken(postil: Postil) -> None:
    postil("publish", "notes", "-", "--wait", stdin="from a pipe")

    assert [each["text"] for each in postil.documents()] == ["from a pipe"]


def test_what_get_printed_can_be_published_again(postil: Postil) -> None:
    postil("publish", "notes", "one", "--id", "n", "--wait")
    printed = postil("get", "n", "--json").out.replace("one", "two")

    assert postil.line("publish", "notes", printed, "--wait")["version"] == 2


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (("notes",), 2, "say what to publish"),
        (("notes", "text", "--file", "x"), 2, "say what to publish"),
        (("notes", "--file", "no-such-file"), 3, "there is no file"),
        (("notes", "--file", "."), 4, "can't be read"),
        (("notes", " "), 4, "the document is empty"),
        (("notes", "text", "--attach", "{"), 4, "--attach: not valid JSON"),
        (("notes", '{"txt": 1}'), 4, "unknown field 'txt'"),
        (("notes", '{"text": '), 4, "with --raw"),
        (("notes", "[]"), 4, "there are no documents"),
        (("notes", '{"text": "a", "collection": "other"}'), 4, "'collection' is 'other'"),
        (("no spaces", "text"), 4, "collection"),
        (("notes", '[{"text": "a"}, {"text": "b"}]', "--id", "n"), 4, "'id' is for one document"),
    ],
)
def test_what_can_not_be_published_is_told_before_it_is_sent(
    postil: Postil, arguments: tuple[str, ...], code: int, reason: str
) -> None:
    ran = postil("publish", *arguments, code=code)

    assert reason in " ".join(ran.err.split())
    assert ran.out == ""


def test_what_is_far_too_large_is_sent_to_import(postil: Postil, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish, "CONTENT_BYTES_MAX", 10)

    assert "`postil import` takes any size" in postil("publish", "notes", "-", stdin="x" * 11, code=4).err


def test_bytes_that_are_no_text_are_refused(postil: Postil) -> None:
    assert "not valid UTF-8" in postil("publish", "notes", "-", stdin=b"a\xff", code=4).err


def test_what_the_database_refuses_is_told_document_by_document(postil: Postil) -> None:
    documents = orjson.dumps([{"text": "good", "id": "g"}, {"text": "bad\0", "id": "b"}]).decode()

    ran = postil("publish", "notes", documents, "--wait", code=6)

    assert "NUL" in ran.err
    assert "created  g" in ran.out
    assert "NUL" in postil("publish", "notes", '{"text": "bad\\u0000"}', "--wait", code=4).err


async def test_what_the_stream_took_and_nobody_can_keep_becomes_a_dead_letter(postil: Postil) -> None:
    postil("publish", "notes", '{"text": "bad\\u0000"}')

    await until(lambda: len(postil.lines("dead", "list")) == 1)
    letter = DeadLetter.model_validate(postil.lines("dead", "list")[0], strict=False)
    assert "NUL" in letter.problem.detail
