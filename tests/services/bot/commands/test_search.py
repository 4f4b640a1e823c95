"""`search`: what was said about something, in the whole of the search language."""

from typing import Any

import pytest

from services.bot.command import Place
from services.bot.commands.search import commands
from services.bot.rehearsal import HERE, RehearsalDesk, rehearse
from shared.contracts.search import FacetCount, Found, Search
from shared.errors import Invalid
from tests.services.bot.samples import HOSTILE, a_hit, a_note, is_one_line

[SEARCH] = commands


async def answered(query: str, *hits: Any, place: Place = HERE, **found: Any) -> list[str]:
    """All of them have the words, unless the test says how many `with_words` there are."""
    counted = found.pop("with_words", len(hits))
    fields: dict[str, Any] = {"hits": hits, "total": len(hits), "facets": facets(counted)}
    reply = Found(**(fields | found))
    return list((await rehearse(SEARCH, query, desk=RehearsalDesk({Search: reply}), place=place)).lines)


def facets(*counts: int) -> dict[str, tuple[FacetCount, ...]]:
    return {"collection": tuple(FacetCount(value=f"c{number}", count=count) for number, count in enumerate(counts))}


async def test_a_hit_is_a_line() -> None:
    text = "The office has a big old printer on the second floor, which eats paper whenever it is asked." + " Why?" * 99
    hit = a_hit("T-17", (58, 62), text=text, title="It jams", collection="tickets")
    assert await answered('"eats paper"', hit) == [
        "1 found:",
        "T-17 · bob · 2026-01-01 11:30 UTC · It jams: \N{HORIZONTAL ELLIPSIS}old printer on the second floor, "
        f"which eats paper whenever it is asked.{' Why?' * 13} Wh\N{HORIZONTAL ELLIPSIS}",
    ]


@pytest.mark.parametrize(
    ("with_words", "spans", "left_out", "head"),
    [
        (6, [(0, 5)], 0, "5 of 6 found:"),
        (2, [(0, 5)], 0, "2 found, and what is nearest in meaning:"),
        (0, [], 0, "Nothing has these words; nearest in meaning:"),
        # How many of them are commands, nobody has counted.
        (9, [(0, 5)], 1, "The first 5:"),
    ],
)
async def test_of_more_than_five_it_is_told_how_many_there_are(
    with_words: int, spans: list[tuple[int, int]], left_out: int, head: str
) -> None:
    hits = [a_hit(f"T-{number}", *spans) for number in range(6)]
    commands = [a_hit("command", (0, 5), text="!search hello")] * left_out
    lines = await answered("hello", *commands, *hits, total=120, with_words=with_words)
    assert (lines[0], len(lines)) == (head, 6)


async def test_what_is_in_very_many_collections_is_counted_by_the_search() -> None:
    hits = [a_hit(f"T-{number}") for number in range(10)]
    assert (await answered("x", *hits, total=99, facets=facets(*[1] * 20)))[0] == "5 of 99 found:"


async def test_behind_the_commands_of_others_it_goes_on() -> None:
    command = a_hit("command", (0, 5), text="!search printer")
    pages = {
        None: Found(hits=(command,) * 12, total=80, facets=facets(70), next="2"),
        "2": Found(hits=(command, a_hit("T-1", (0, 5))), total=80, next="3"),
        "3": Found(hits=(command, a_hit("T-2")), total=80),
    }
    desk = RehearsalDesk({Search: lambda search: pages[search.after]})
    lines = (await rehearse(SEARCH, "printer", desk=desk)).lines
    assert [line.partition(" ")[0] for line in lines] == ["2", "T-1", "T-2"]
    endless = RehearsalDesk({Search: pages[None]})
    assert (await rehearse(SEARCH, "printer", desk=endless)).lines == ["Nothing is found."]
    assert len(endless.asked) == 6


async def test_the_query_goes_out_as_it_was_typed() -> None:
    desk = RehearsalDesk({Search: Found(hits=(), total=0)})
    query = '"paper jam"  OR (scanner -author:"Ada Lovelace") since:30d'
    assert (await rehearse(SEARCH, query, desk=desk)).lines == ["Nothing is found."]
    [asked] = desk.asked
    assert isinstance(asked, Search)
    assert asked.query == query


async def test_a_mistake_is_told_with_its_place() -> None:
    mistake = Invalid("at 14: a value is missing after 'author:' in 'hello author:⟨here⟩'")
    with pytest.raises(Invalid) as refused:
        await rehearse(SEARCH, "hello author:", desk=RehearsalDesk({Search: mistake}))
    assert refused.value.detail == f"I can't read that query: {mistake.detail}"


async def test_questions_are_no_answers() -> None:
    question = a_hit("question", text="!search printer")
    assert await answered("printer", question, a_hit("T-17")) == [
        "1 found:",
        "T-17 · bob · 2026-01-01 11:30 UTC · hello",
    ]


@pytest.mark.parametrize(("text", "collection"), [("!! ", "chat.console.general"), ("!search printer", "notes")])
async def test_what_only_looks_like_a_question_is_shown(text: str, collection: str) -> None:
    assert (await answered("printer", a_hit("T-17", text=text, collection=collection)))[0] == "1 found:"


async def test_what_is_missing_is_said() -> None:
    degraded = ("nobody answers postil.main.embed: searched the text only", "the text index is stale: 9 behind")
    assert (await answered("printer", degraded=degraded))[0] == (
        "Nothing is found (by words alone, because meanings can't be compared just now "
        "and the text index is stale: 9 behind)."
    )


async def test_what_may_not_be_read_here_is_left_out() -> None:
    private, own, house = (a_hit(name, collection=name) for name in ("chat.irc.@bob", "chat.irc.@ada", "postil.audit"))
    in_private = await answered("x", private, own, house, place=Place("irc", "@ada"))
    assert [line.partition(" ")[0] for line in in_private] == ["1", "chat.irc.@ada"]
    assert await answered("x", private, own, house) == ["Nothing is found."]


@pytest.mark.parametrize(
    "query",
    [
        "password collection:chat.irc.@bob",
        'COLLECTION:"chat.irc.@bob"',
        "collection:“chat.irc.@bob”",
        "x OR collection:(tickets OR postil.audit)",
        "collection:postil.*",
        "collection:chat.irc.@*",
        # One's own is the beginning of another's.
        'collection:"chat.irc.@ada"* password',
        "collection:chat.irc.@ada|x",
        "collection:chat.irc.@ada",
        '-collection:"chat.i\\"rc.@bob"',
    ],
)
async def test_what_is_kept_apart_is_not_even_counted(query: str) -> None:
    desk = RehearsalDesk({Search: Found(hits=(), total=7)})
    with pytest.raises(Invalid) as refused:
        await rehearse(SEARCH, query, desk=desk, place=Place("irc", "@ada"))
    assert "said in private" in refused.value.detail
    assert not desk.asked


@pytest.mark.parametrize("query", ["postil.audit", "collection:notes", "collection:chat.irc.office @bob"])
async def test_whoever_asks_for_no_such_collection_is_answered(query: str) -> None:
    assert (await answered(query, a_hit()))[0] == "1 found:"


async def test_secrets_are_not_told() -> None:
    note = a_note("secrets", {"secrets": [{"kind": "password", "field": "text", "span": [0, 7]}]})
    [_, line] = await answered("x", a_hit("T-1", (0, 7), text="hunter2", annotations=(note,)))
    assert line == "T-1 · bob · 2026-01-01 11:30 UTC · there is something secret in it; show tells it to you alone"
    address = a_note("secrets", {"secrets": [{"kind": "email"}]})
    assert (await answered("x", a_hit(text="hunter2", annotations=(address,))))[1].endswith("hunter2")


async def test_hostile_hits_are_harmless() -> None:
    hostile = a_hit("line", (900_000, 900_001), (5, 2_000_000), text=HOSTILE, author=HOSTILE[:900], title=HOSTILE[:900])
    empty = a_hit("empty", text=None)
    for line in await answered("x", hostile, a_hit(text=HOSTILE), empty, degraded=(HOSTILE,)):
        assert is_one_line(line)


@pytest.mark.parametrize("query", ["", "x" * 4_001])
async def test_no_query_and_one_that_is_too_long(query: str) -> None:
    with pytest.raises(Invalid) as refused:
        await answered(query)
    assert "!search QUERY" in refused.value.detail
