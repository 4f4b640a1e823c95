"""Hits, facets and explanations, as a person sees them."""

import io
from datetime import UTC, datetime

import pytest
from rich.console import Console, RenderableType

from services.cli.hits import explanation_picture, facets_picture, hits_picture, indexes_table, summary_of
from shared.contracts.documents import Document
from shared.contracts.search import Explanation, FacetCount, Found, Highlight, Hit, IndexReport, IndexState

MOMENT = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)


def hit(score: float = 0.0, *highlights: Highlight, **more: object) -> Hit:
    known: dict[str, object] = {
        "id": "n", "tenant": "t", "collection": "notes", "version": 1, "seq": 7,
        "created_at": MOMENT, "updated_at": MOMENT,
    }  # fmt: skip
    document = Document.model_validate({**known, **more})
    return Hit(id=document.id, score=score, document=document, highlights=highlights)


def report(state: IndexState, detail: str | None = None) -> IndexReport:
    return IndexReport(
        index="text", state=state, applied_seq=1_000, last_seq=2_000, documents=3, bytes=2048, detail=detail
    )


def drawn(picture: RenderableType, *, styled: bool = False) -> str:
    console = Console(file=io.StringIO(), width=300, force_terminal=True, color_system="standard" if styled else None)
    console.print(picture)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def lines(picture: RenderableType) -> list[str]:
    return [line.rstrip() for line in drawn(picture).splitlines()]


def test_a_hit_is_where_it_is_and_what_it_says() -> None:
    head, title, text, between, second = lines(hits_picture([hit(title="T", text="x", author="Ada"), hit()]))[:5]

    assert head.startswith("n  notes  2024-01-0")
    assert head.endswith("Ada")
    assert (title, text, between) == ("T", "x", "")
    assert second.startswith("n  notes")


@pytest.mark.parametrize(
    ("score", "said"), [(0.032787, "0.0328"), (0.032258, "0.0323"), (12.3456, "12.3"), (-0.0612, "-0.0612")]
)
def test_scores_of_every_mode_tell_neighbours_apart(score: float, said: str) -> None:
    assert lines(hits_picture([hit(score, text="x")]))[0].endswith(f"  {said}")


def test_where_time_ranks_there_is_no_score() -> None:
    assert lines(hits_picture([hit(0.0, text="x")]))[0].endswith(":05")


@pytest.mark.parametrize(
    ("more", "said"),
    [({"title": "T"}, ["T"]), ({"data": {"n": 1}}, ['{"n":1}']), ({"text": "a\r\n\tb"}, ["a   b"]), ({}, ["null"])],
)
def test_nothing_is_said_twice(more: dict[str, object], said: list[str]) -> None:
    assert lines(hits_picture([hit(0.0, **more)]))[1:] == said


def test_what_was_found_stands_out_and_a_long_text_is_cut_around_it() -> None:
    found = Highlight(field="text", spans=((1_000, 1_006), (2_000, 2_006)))
    text = "x" * 1_000 + "needle" + "y" * 2_000

    picture = drawn(hits_picture([hit(1.0, found, text=text)]), styled=True)

    assert "…" + "x" * 50 + "\x1b[1;33mneedle\x1b[0m" + "y" * 104 + "…\n" in picture
    assert lines(hits_picture([hit(title="t" * 500)]))[1] == "t" * 160 + "…"


def test_a_find_that_is_longer_than_the_excerpt_is_cut_with_it() -> None:
    found = Highlight(field="title", spans=((2, 400),))
    picture = drawn(hits_picture([hit(1.0, found, title="a " + "z" * 500)]), styled=True)
    assert "z" * 158 + "\x1b[0m" in picture
    assert "z" * 159 not in picture


def test_strangers_play_no_tricks() -> None:
    trick = "\x1b[31m[red]\u202e\x07\n:smile:"
    found = Highlight(field="title", spans=((0, 3), (4, 9)))
    shown = hit(1.0, found, id="n", title=trick, text=trick, author=trick)
    said = drawn(hits_picture([shown])) + drawn(facets_picture({"author": (FacetCount(value=trick, count=1_000),)}))

    assert said.count("\N{SYMBOL FOR ESCAPE}[31m[red]\N{REPLACEMENT CHARACTER}\N{SYMBOL FOR BELL} :smile:") == 4
    assert not set(trick) & set(said) & {"\x1b", "\x07", "\u202e"}
    assert "1,000" in said


def test_an_explanation_says_everything_it_knows() -> None:
    explanation = Explanation(
        understood="printer [x]", plan=("first\x1b", "then"), timings_ms={"text": 1.234, "documents": 0.5},
        indexes=(report("READY"),), warnings=("careful",),
    )  # fmt: skip
    said = drawn(explanation_picture(explanation))
    for words in (
        "understood  printer [x]",
        "plan        first␛",
        "then",
        "text 1.23 ms  documents 0.50 ms",
        "warning     careful",
        "READY",
    ):
        assert words in said


def test_an_index_says_how_far_it_is() -> None:
    heading, line = lines(indexes_table([report("STALE", "1000 changes behind")]))
    assert heading.split() == ["index", "state", "documents", "applied", "of", "size"]
    assert line.split() == ["text", "STALE", "3", "1,000", "2,000", "2.0", "KiB", "1000", "changes", "behind"]


def test_a_page_says_how_to_go_on() -> None:
    assert summary_of(Found(hits=(hit(),), total=1_234, next="abc=")) == "1 of 1,234; go on with --after abc="
    assert summary_of(Found(hits=(hit(),), total=1)) == "1 of 1"
