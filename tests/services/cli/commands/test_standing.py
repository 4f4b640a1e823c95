"""`postil standing`: queries that are kept."""

import pytest

from tests.services.cli.postil import Postil
from tests.until import until


@pytest.fixture
async def opened(searching: Postil) -> Postil:
    """One whose indexes are open."""
    await searching.save("notes", {"text": "first"})
    return searching


def kept(postil: Postil) -> dict[str, int]:
    return {query["name"]: query["matches"] for query in postil.lines("standing", "list")}


async def test_a_query_is_kept_hears_of_what_matches_and_is_dropped(opened: Postil) -> None:
    assert opened("standing", "list").err == "there are none\n"
    saved = opened("standing", "save", "jams", "printer", "jam", "-test", "--channel", "irc.office")
    assert saved.out == "created  jams\n"
    await until(lambda: kept(opened) == {"jams": 0})

    await opened.save("tickets", {"text": "printer jam"}, {"text": "a test of the printer jam"}, {"text": "jam"})
    await until(lambda: kept(opened) == {"jams": 1})

    heading, row = opened("standing", "list").out.splitlines()
    assert heading.split() == ["name", "matches", "channel", "query"]
    assert row.split() == ["jams", "1", "irc.office", "printer", "jam", "-test"]
    assert opened("standing", "drop", "jams").out == "dropped  jams\n"
    await until(lambda: kept(opened) == {})


async def test_saving_it_again_replaces_it(opened: Postil) -> None:
    first = opened.line("standing", "save", "q", "one")
    second = opened.line("standing", "save", "q", "two\nlines \x1b[31m", "--filter", "collection:notes")
    await until(lambda: "two" in opened("standing", "list").out)

    assert (first["outcome"], second["outcome"]) == ("created", "updated")
    row = opened("standing", "list").out.splitlines()[1]
    assert row.split(maxsplit=2)[2].rstrip() == "two lines \N{SYMBOL FOR ESCAPE}[31m --filter collection:notes"
    assert opened.line("standing", "drop", "q")["version"] == 3


async def test_a_mistake_is_pointed_at_before_anything_is_kept(opened: Postil) -> None:
    ran = opened("standing", "save", "q", "打印", "kin:x", code=4)

    assert ran.err.splitlines()[:2] == ["  打印 kin:x", "       ^"]
    assert "did you mean 'kind:'?" in ran.err
    assert "^" in opened("standing", "save", "q", "x", "--filter", "tag:", code=4).err
    assert "'name' should match" in opened("standing", "save", "a name", "x", code=2).err
    assert "there is no standing query 'q'" in opened("standing", "drop", "q", code=3).err
    assert kept(opened) == {}
