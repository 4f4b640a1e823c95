"""What a person sees of documents and changes, on a terminal and in a pipe."""

import io
from datetime import UTC, datetime

import pytest
from rich.console import Console, RenderableType

from services.cli import pictures
from services.cli.pictures import change_line, document_picture, documents_table
from shared.contracts.annotations import Note
from shared.contracts.changes import Change, Op
from shared.contracts.documents import Document

MOMENT = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
NOTES = (
    Note(step="stats", step_version=1, version=1, status="ok", value={"words": 2}),
    Note(step="evil\x1b", step_version=2, version=1, status="failed", reason="[red]no"),
)


def document(**more: object) -> Document:
    known: dict[str, object] = {
        "id": "n", "tenant": "t", "collection": "notes", "version": 1, "seq": 7,
        "created_at": MOMENT, "updated_at": MOMENT,
    }  # fmt: skip
    return Document.model_validate({**known, **more})


def drawn(picture: RenderableType, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    console.print(picture)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_on_a_terminal_a_document_has_a_frame_with_its_title() -> None:
    picture = drawn(document_picture(document(title="[b]T[/b]\x07", text="x" * 200, annotations=NOTES), framed=True))

    assert "[b]T[/b]␇" in picture.splitlines()[0]
    assert max(map(len, picture.splitlines())) == 80
    assert 'stats 1  ok      {"words":2}' in picture
    assert "evil␛ 2" in picture
    assert "[red]no" in picture


def test_without_a_title_it_has_a_frame_as_well() -> None:
    assert drawn(document_picture(document(text="hello"), framed=True)).startswith("╭─")


def test_everything_that_is_known_is_named() -> None:
    known = document(
        kind="k", author="a", source="s", thread="th", parents=("p",), tags=("t1", "t2"), data=[1], occurred_at=MOMENT,
        expires_at=MOMENT, updated_at=datetime(2024, 1, 3, tzinfo=UTC), version=3,
    )  # fmt: skip
    picture = drawn(document_picture(known, framed=False))

    for name in (
        "kind",
        "author",
        "source",
        "thread",
        "parents",
        "t1, t2",
        "occurred",
        "expires",
        "updated",
        "3, seq 7",
    ):
        assert name in picture


def test_in_a_narrow_window_the_last_column_is_cut_and_none_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "console", Console(file=io.StringIO(), force_terminal=True))
    lines = drawn(documents_table([document(id="i" * 20, text="word " * 40)]), width=90).splitlines()

    assert len(lines) == 2
    assert lines[1].startswith("i" * 20 + "  notes       1    7  2024-01-0")
    assert lines[1].rstrip().endswith("…")


def test_what_a_document_is_about_is_its_title_its_text_or_its_data() -> None:
    shown = drawn(
        documents_table([document(title="T", text="x"), document(text="a\nb"), document(data={"n": 1})]), width=200
    )

    assert [line.rstrip().split("  ")[-1] for line in shown.splitlines()[1:]] == ["T", "a b", '{"n":1}']


@pytest.mark.parametrize(
    ("op", "more", "said"),
    [
        ("put", {"document": document(text="hello\x1b")}, "put       notes/n v1  hello␛"),
        ("annotate", {"annotations": NOTES}, "annotate  notes/n v1  stats ok, evil␛ failed"),
        ("delete", {}, "delete    notes/n v1"),
        ("expire", {}, "expire    notes/n v1"),
    ],
)
def test_a_change_is_one_line(op: Op, more: dict[str, object], said: str) -> None:
    whole = {"seq": 7, "op": op, "collection": "notes", "id": "n", "version": 1, "at": MOMENT, **more}

    (line,) = drawn(change_line(Change.model_validate(whole))).splitlines()

    assert line.rstrip().endswith(said)
    assert "        7  " in line


def test_what_nobody_reads_is_cut_and_what_is_less_says_why() -> None:
    encoded = "QUJD+/=_-" * 100
    notes = (
        Note(step="embedding", step_version=1, version=1, status="ok", value={"vector": encoded, "dimensions": 256}),
        Note(
            step="summary",
            step_version=1,
            version=1,
            status="degraded",
            value={"summary": "s t " * 200},
            reason="x\x07",
        ),
        Note(step="entities", step_version=1, version=1, status="skipped", reason="too\nlong"),
        Note(step="language", step_version=1, version=1, status="ok", value={"deep": [["a" * 59, None]]}),
    )

    lines = drawn(document_picture(document(annotations=notes), framed=False), width=400).splitlines()
    embedding, summary, entities, _, language = (line.rstrip() for line in lines[-5:])

    assert embedding == 'embedding 1  ok        {"vector":"' + encoded[:24] + '…","dimensions":256}'
    assert summary.startswith('summary 1    degraded  (x␇)  {"summary":"s t s t')
    assert len(summary) < 300
    assert summary.endswith("…")
    assert entities == "entities 1   skipped   too"
    assert language == f'language 1   ok        {{"deep":[["{"a" * 59}",null]]}}'
