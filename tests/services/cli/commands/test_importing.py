"""`postil import` against the real database: what comes in, what doesn't, and what happens when it is cut."""

import signal
import subprocess
from pathlib import Path

import orjson
import pytest

from tests.services.cli.postil import Postil, postil_for
from tests.services.cli.spine import Spine
from tests.until import until

MBOX = """From ada@example.org Mon Jan  1 10:00:00 2024
From: Ada <ada@example.org>
Date: Mon, 01 Jan 2024 10:00:00 +0000
Message-ID: <1@example.org>
Subject: hello

Hi Bob

From bob@example.org Mon Jan  1 11:00:00 2024
From: Bob <bob@example.org>
Message-ID: <2@example.org>
In-Reply-To: <1@example.org>
Subject: Re: hello

Hi Ada
"""


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def rows(count: int) -> bytes:
    return b"".join(orjson.dumps({"text": f"row {number}", "tags": ["x"]}) + b"\n" for number in range(count))


def test_every_format_comes_in_and_a_second_time_adds_nothing(postil: Postil, tmp_path: Path) -> None:
    contents = {
        "a.ndjson": '{"text": "one"}\n{"text": "two"}\n',
        "b.json": '[{"text": "three"},\n {"text": "four"}]',
        "c.csv": "title,shelf\nfive,1\nsix,2\n",
        "d.txt": "seven\n\nstill seven\n",
        "e.mbox": MBOX,
    }
    for name, content in contents.items():
        (tmp_path / name).write_text(content)
    arguments = ["import", *(str(tmp_path / name) for name in contents), "--collection", "notes"]

    first, second = postil.line(*arguments), postil.line(*arguments)

    assert {**first, "seconds": 0} == {
        "rows": 9, "created": 9, "updated": 0, "unchanged": 0, "rejected": 0, "seconds": 0,
    }  # fmt: skip
    assert (second["created"], second["unchanged"]) == (0, 9)
    documents = postil.documents()
    assert [each.get("text") or each["title"] for each in documents] == [
        "one", "two", "three", "four", "five", "six", "seven\n\nstill seven\n", "Hi Bob", "Hi Ada",
    ]  # fmt: skip
    assert documents[5]["data"] == {"shelf": "2"}
    assert (documents[8]["id"], documents[8]["parents"], documents[8]["thread"]) == (
        "2@example.org", ["1@example.org"], "1@example.org",
    )  # fmt: skip


def test_a_summary_for_a_person_tells_what_became_of_the_rows(postil: Postil, tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_text('{"id": "1", "text": "one"}\n{"broken\n{"id": "2", "txt": "two"}\n')

    ran = postil("import", tmp_path / "a.ndjson", "--collection", "notes", code=6)

    assert ran.out.startswith("3 rows in ")
    assert ran.out.endswith(" s: 1 created, 2 rejected\n")
    first, second = sorted(ran.err.splitlines())
    assert first.startswith("a.ndjson, 2: not valid JSON")
    assert second == "a.ndjson, 3: unknown field 'txt'"


def test_rejected_rows_can_be_mended_and_imported(postil: Postil, tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_text(
        '{"id": "1", "text": "one"}\n{"id": "2", "txt": "two"}\n{"id": "3", "text": "x\\u0000"}\n'
    )
    rejects = tmp_path / "rejects"
    postil("import", tmp_path / "a.ndjson", "--collection", "notes", "--rejects", rejects, code=6)

    kept = [orjson.loads(line) for line in rejects.read_bytes().splitlines()]
    assert [(each["number"], each["kind"]) for each in kept] == [(2, "invalid"), (3, "invalid")]
    assert "NUL" in kept[1]["reason"]
    (tmp_path / "mended.ndjson").write_text(
        "".join(each["row"] for each in kept).replace("txt", "text").replace("\\u0000", "")
    )
    assert postil.line("import", tmp_path / "mended.ndjson", "--collection", "notes")["created"] == 2


def test_columns_can_be_mapped(postil: Postil, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("key;words;when;n\n1;hello;2024-01-02;5\n")
    maps = [part for each in ("key=id", "words=text", "when=occurred_at", "n=data.count") for part in ("--map", each)]

    postil("import", tmp_path / "a.csv", "--collection", "notes", *maps)

    document = postil.line("get", "1")
    assert (document["text"], document["data"]) == ("hello", {"count": "5"})
    assert document["occurred_at"].startswith("2024-01-02T00:00:00")


async def test_standard_input_is_imported_while_it_comes(postil: Postil) -> None:
    with postil.process("import", "-", "--collection", "notes", stdin=subprocess.PIPE) as running:
        running.feed(rows(2))
        await until(lambda: len(postil.documents()) == 2, seconds_max=20)
        running.feed(rows(3))
        running.close()
        assert await running.ended() == 0

    assert running.out[0].startswith(b"5 rows in ")
    assert len(postil.documents()) == 5


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (("no-such-file",), 3, "there is no file no-such-file"),
        ((".",), 4, ". is a folder"),
        (("-", "-"), 4, "only once"),
        (("a.txt", "--format", "word"), 2, "'word' is none of auto"),
        (("a.txt", "--map", "x"), 2, "'x' is not COLUMN=FIELD"),
        (("a.txt",), 4, "use --collection"),
        (("a.txt", "--collection", "c", "--checkpoint", "none/at"), 4, "can't be written"),
        (("a.txt", "--collection", "c", "--rejects", "none/at"), 4, "can't be written"),
    ],
)
def test_what_can_not_be_imported_is_told(
    postil: Postil, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], code: int, reason: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text("hello")

    ran = postil("import", *arguments, code=code)

    assert reason in " ".join(ran.err.replace("│", " ").split())


async def test_killed_again_and_again_it_still_brings_each_row_in_once(postil: Postil, tmp_path: Path) -> None:
    count = 12_000
    file, at, rejects = tmp_path / "a.ndjson", tmp_path / "at", tmp_path / "rejects"
    file.write_bytes(b"{bad\n" + rows(count) + b"{worse\n")
    arguments = ("import", file, "--collection", "notes", "--checkpoint", at, "--rejects", rejects, "--batch", "50")
    before = b""
    for _ in range(2):
        with postil.process(*arguments) as running:
            await until(lambda: at.exists() and at.read_bytes() != before, seconds_max=30)  # noqa: B023  awaited here
            running.signal(signal.SIGKILL)
            assert await running.ended() == -signal.SIGKILL
        before = at.read_bytes()
        assert 0 < orjson.loads(before)["offset"] < file.stat().st_size

    last = postil("import", *arguments[1:], code=6)

    assert f"going on from {at}" in last.err
    assert last.out.startswith(f"{count + 2:,} rows in ")
    documents = postil.documents()
    assert {each["text"] for each in documents} == {f"row {number}" for number in range(count)}
    assert [each["seq"] for each in documents] == list(range(1, count + 1))
    assert [orjson.loads(line)["number"] for line in rejects.read_bytes().splitlines()] == [1, count + 2]
    assert names_in(tmp_path) == ["a.ndjson", "rejects"]


async def test_ctrl_c_keeps_the_place_even_while_nothing_comes(postil: Postil, tmp_path: Path) -> None:
    at = tmp_path / "at"
    with postil.process("import", "-", "--collection", "notes", "--checkpoint", at, stdin=subprocess.PIPE) as running:
        running.feed(rows(3))
        await until(lambda: len(postil.documents()) == 3, seconds_max=20)
        running.signal(signal.SIGINT)
        assert await running.ended() == 130
    assert b"the same command goes on from" in running.err[-1]

    with postil.process("import", "-", "--collection", "notes", "--checkpoint", at, stdin=subprocess.PIPE) as running:
        running.feed(rows(5))
        running.close()
        assert await running.ended() == 0
    assert running.out[0].startswith(b"5 rows in ")
    assert [each["version"] for each in postil.documents()] == [1] * 5


async def test_ctrl_c_without_a_checkpoint_tells_that_beginning_anew_does_no_harm(postil: Postil) -> None:
    with postil.process("import", "-", "--collection", "notes", stdin=subprocess.PIPE) as running:
        running.feed(rows(3))
        await until(lambda: len(postil.documents()) == 3, seconds_max=20)
        running.signal(signal.SIGINT)
        assert await running.ended() == 130

    assert b"adds nothing twice" in running.err[-1]


async def test_it_waits_for_a_database_and_a_broker_that_are_away(own_spine: Spine) -> None:
    postil = postil_for(own_spine, "main")
    with postil.process("import", "-", "--collection", "notes", stdin=subprocess.PIPE) as running:
        running.feed(rows(10))
        await until(lambda: len(postil.documents()) == 10, seconds_max=20)
        own_spine.stop("database")
        running.feed(rows(15)[len(rows(10)) :])
        await until(lambda: any(b"waiting: " in line for line in running.err), seconds_max=20)
        own_spine.start("database")
        own_spine.do(own_spine.broker.kill())
        own_spine.do(own_spine.broker.start())
        running.close()
        assert await running.ended() == 0

    assert running.out[0].startswith(b"15 rows in ")
    assert [each["text"] for each in postil.documents()] == [f"row {number}" for number in range(15)]
