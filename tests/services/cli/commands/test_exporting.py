"""`postil export`, and the way back: what it writes, `import` takes."""

from pathlib import Path
from uuid import uuid4

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.contracts.documents import GIVEN_BY_POSTIL
from tests.services.cli.postil import Postil

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20)
NAMES = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=10)
DRAFTS: st.SearchStrategy[dict[str, object]] = st.fixed_dictionaries(
    {"text": TEXTS, "collection": st.sampled_from(["a", "b.c"])},
    optional={
        "kind": NAMES,
        "title": NAMES,
        "author": NAMES,
        "source": NAMES,
        "thread": NAMES,
        "tags": st.lists(NAMES, max_size=3),
        "parents": st.lists(NAMES, max_size=3),
        "occurred_at": st.integers(2, 2024).map(lambda year: f"{year:04}-01-02T03:04:05.678+02:00"),
        "data": st.recursive(
            st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXTS | st.floats(-1e300, 1e300),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
            max_leaves=4,
        ),
        "ttl_seconds": st.integers(1_000, 2_000_000),
    },
)


def own(documents: list[dict[str, object]]) -> dict[str, dict[str, object]]:
    """What their publishers said of them."""
    return {
        str(each["id"]): {name: value for name, value in each.items() if name not in GIVEN_BY_POSTIL}
        for each in documents
    }


def written(file: Path) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in file.read_bytes().splitlines()]


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(DRAFTS, min_size=1, max_size=8))
def test_documents_come_back_as_they_were(postil: Postil, tmp_path: Path, drafts: list[dict[str, object]]) -> None:
    rows = tmp_path / "rows.ndjson"
    rows.write_bytes(b"".join(orjson.dumps({**draft, "id": str(n)}) + b"\n" for n, draft in enumerate(drafts)))
    there, back = f"there-{uuid4().hex}", f"back-{uuid4().hex}"

    assert postil.line("import", rows, "--tenant", there)["created"] == len(drafts)
    postil("export", "--out", tmp_path / "out.ndjson", "--tenant", there)
    assert postil.line("import", tmp_path / "out.ndjson", "--tenant", back)["created"] == len(drafts)
    postil("export", "--out", tmp_path / "back.ndjson", "--tenant", back)

    assert own(written(tmp_path / "back.ndjson")) == own(written(tmp_path / "out.ndjson"))
    texts = {int(str(each["id"])): each["text"] for each in written(tmp_path / "back.ndjson")}
    assert texts == {number: draft["text"] for number, draft in enumerate(drafts)}
    assert postil.line("import", tmp_path / "out.ndjson", "--tenant", there)["created"] == 0


def test_standard_output_gets_documents_and_nothing_else(postil: Postil) -> None:
    postil("publish", "notes", "a", "--id", "1", "--wait")
    postil("publish", "letters", "b", "--id", "2", "--wait")

    ran = postil("export", "--collection", "letters")

    assert [orjson.loads(line)["id"] for line in ran.out.splitlines()] == ["2"]
    assert ran.err == "1 documents\n"


def test_a_range_has_each_document_once_as_it_stood_at_its_end(postil: Postil) -> None:
    for text, id in (("a1", "a"), ("b1", "b"), ("c1", "c"), ("a2", "a"), ("d1", "d"), ("b2", "b")):
        postil("publish", "notes", text, "--id", id, "--wait")
    postil("delete", "c", "--yes")
    postil("publish", "notes", "a3", "--id", "a", "--wait")

    def texts(*arguments: str) -> list[str]:
        return [orjson.loads(line)["text"] for line in postil("export", *arguments).out.splitlines()]

    assert texts("--since", "2") == ["d1", "b2", "a3"]
    assert texts("--since", "2", "--until", "6") == ["c1", "a2", "d1", "b2"]
    assert texts("--until", "2") == ["a1", "b1"]
    assert texts("--since", "8") == []
    assert texts("--since", "0", "--collection", "other") == []


def test_a_file_appears_only_when_it_is_complete(postil: Postil, tmp_path: Path) -> None:
    postil("publish", "notes", "a", "--id", "1", "--wait")
    out = tmp_path / "folder" / "out.ndjson"
    assert "can't be written" in postil("export", "--out", out, code=4).err

    out.parent.mkdir()
    out.write_text("from before")
    postil("export", "--out", out, "--collection", "no spaces", code=2)
    assert [path.name for path in out.parent.iterdir()] == ["out.ndjson"]
    assert out.read_text() == "from before"
