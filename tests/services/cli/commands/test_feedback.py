"""`postil feedback`: given, listed and summed up."""

import pytest

from shared.bus.bus import Bus
from shared.bus.nats import NatsWire
from shared.contracts.annotations import Annotate, Annotation
from tests.services.cli.postil import Postil
from tests.services.cli.spine import Spine
from tests.until import until

TRICK = "It\nstarts \x1b[31m[red]"


@pytest.fixture
async def notes(spine: Spine, searching: Postil) -> Postil:
    """Two, of which one has a summary."""
    await searching.save("notes", {"id": "n1", "text": "one"}, {"id": "n2", "text": "two"})
    wire = await NatsWire.connect(spine.broker.url, name="test")
    summary = Annotation(id="n1", version=1, step="summary", step_version=7, value={"summary": "1"})
    await Bus(wire).ask(searching.tenant, Annotate(annotations=(summary,)))
    await wire.close()
    return searching


async def test_feedback_is_given_listed_and_summed_up(notes: Postil) -> None:
    about_summary = ("give", "n1", "--step", "summary")
    given = notes("feedback", *about_summary, "--thumb", "down", "--correction", TRICK, "--author", "ada\u202e").out
    notes("feedback", *about_summary, "--stars", "4", "--author", "bob")
    notes("feedback", "give", "n2", "--query", "two -one", "--thumb", "up")
    await until(lambda: len(notes.lines("feedback", "list")) == 3)

    assert given.startswith("created  ")
    heading, search, stars, thumb = notes("feedback", "list").out.splitlines()
    assert heading.split() == ["on", "step", "or", "query", "thumb", "stars", "by", "at", "correction"]
    assert search.split()[:4] == ["n2", "two", "-one", "+1"]
    assert stars.split()[:4] == ["n1", "summary", "4", "bob"]
    assert thumb.split()[:4] == ["n1", "summary", "-1", "ada\N{REPLACEMENT CHARACTER}"]
    assert thumb.rstrip().endswith("It starts \N{SYMBOL FOR ESCAPE}[31m[red]")
    assert {line["correction"] for line in notes.lines("feedback", "list", "--step", "summary")} == {None, TRICK}
    assert [row.split() for row in notes("feedback", "summary").out.splitlines()[1:]] == [
        ["searches", "1", "0", "0", "0"],
        ["summary", "7", "0", "1", "1", "4.00", "1"],
    ]
    assert [each["up"] for each in notes.lines("feedback", "summary")] == [1, 0]


async def test_a_list_goes_on_page_by_page(notes: Postil) -> None:
    for author in ("a", "b", "c"):
        notes("feedback", "give", "n1", "--stars", "3", "--author", author)
    await until(lambda: len(notes.lines("feedback", "list")) == 3)

    first = notes("feedback", "list", "n1", "--limit", "2")
    second = notes("feedback", "list", "n1", "--after", first.err.split("--after ")[1].strip())

    assert (len(first.out.splitlines()), len(second.out.splitlines()), second.err) == (3, 2, "")
    assert "--after" in notes("feedback", "list", "n1", "--limit", "2", "--json").err


def test_what_says_nothing_or_is_about_nothing_is_refused(notes: Postil) -> None:
    give = ("feedback", "give", "n1")
    assert "'down'" in notes(*give, "--thumb", "sideways", code=2).err
    assert "give a thumb, stars or a correction" in notes(*give, code=2).err
    assert "not about both" in notes(*give, "--stars", "1", "--step", "summary", "--query", "x", code=2).err
    assert "no annotation by the step 'stats'" in notes(*give, "--stars", "1", "--step", "stats", code=4).err
    assert "there is no document 'nope'" in notes("feedback", "give", "nope", "--stars", "1", code=3).err
    assert notes("feedback", "list").err == notes("feedback", "summary").err == "there is none\n"
