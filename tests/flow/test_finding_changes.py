"""What is found follows what changes: new versions, deletions, other tenants; and who waits for it hears of it."""

import json
from uuid import uuid4

from tests.flow.shelf import JAM, KITTENS, SCANNER
from tests.flow.stranger import FAST, SLOW, Json, Stranger, introduced
from tests.system import System
from tests.until import until

JAMS: Json = {"name": "jams", "query": 'printer "eats paper"', "filter": {"collection": "tickets"}, "channel": "irc.x"}


async def test_a_second_version_takes_the_place_of_the_first(stranger: Stranger) -> None:
    await stranger.ask("put", KITTENS)
    await stranger.notes("kittens", FAST)
    await stranger.until_found({"query": "basket", "mode": "text"}, ["kittens"])
    await stranger.ask("put", {**KITTENS, "text": "Die Katze hat uns in der Nacht verlassen, und niemand weiß warum."})
    notes = await stranger.notes("kittens", FAST, version=2)
    assert notes["language"]["value"]["language"] == "de"
    await stranger.until_found({"query": "Katzen lang:de", "mode": "text"}, ["kittens"])
    assert await stranger.find({"query": "basket OR lang:en", "mode": "text"}) == []
    await stranger.until_found({"query": "a pet ran away", "mode": "semantic"}, ["kittens"])
    [hit] = (await stranger.ask("search", {"query": "a pet ran away", "mode": "semantic"}))["hits"]
    assert hit["document"]["version"] == 2

    async def counted() -> bool:
        figures = await stranger.ask("figures", {})
        return (figures["documents"], figures.get("languages")) == (1, [{"value": "de", "count": 1}])

    await until(counted)
    assert (await stranger.ask("examine_indexes", {}))["findings"] == []


async def test_what_is_deleted_is_not_found_any_more(stranger: Stranger) -> None:
    await stranger.ask("put", [JAM, SCANNER])
    for id in ("jam", "scanner"):
        await stranger.notes(id, FAST | SLOW)
    await stranger.until_found({"query": "paper"}, ["jam", "scanner"])
    await stranger.ask("delete", {"id": "jam"})
    await stranger.until_found({"query": "paper", "mode": "text"}, ["scanner"])
    for question in ({"query": "printer", "mode": "semantic"}, {"query": "*"}, {"query": "the office printer"}):
        await stranger.until_found(question, ["scanner"])
    near = await stranger.ask("similar", {"text": JAM["text"]})
    assert [hit["id"] for hit in near["hits"]] == ["scanner"]
    assert (await stranger.ask("similar", {"id": "jam"}))["type"] == "urn:postil:not-found"

    async def counted() -> bool:
        return bool((await stranger.ask("figures", {"collection": "tickets"}))["documents"] == 1)

    await until(counted)
    assert (await stranger.ask("examine_indexes", {}))["findings"] == []


async def test_tenants_are_kept_apart(system: System, stranger: Stranger) -> None:
    async with introduced(system.url, f"t{uuid4().hex}") as other:
        await other.ask("standing_save", JAMS)
        heard = await other.listening("matches.>")
        await stranger.ask("put", JAM)
        await other.ask("put", {**KITTENS, "id": "jam"})
        for somebody, word in ((stranger, "printer"), (other, "kittens")):
            await somebody.notes("jam", FAST)
            await somebody.until_found({"query": word, "mode": "text"}, ["jam"])
        assert await other.find({"query": "printer", "mode": "text"}) == []
        assert await other.find({"query": "entity:ada@example.com"}) == []
        # By meaning everything resembles everything, but nothing of anybody else.
        await other.until_found({"query": "office printer", "mode": "semantic"}, ["jam"])
        found = await other.ask("search", {"query": "office printer", "mode": "semantic"})
        assert [hit["document"]["text"] for hit in found["hits"]] == [KITTENS["text"]]
        near = await other.ask("similar", {"text": JAM["text"]})
        assert {hit["document"]["tenant"] for hit in near["hits"]} <= {other.tenant}
        assert (await other.notes("jam", FAST))["similar"]["value"] == {"alike": []}
        assert (await other.ask("figures", {"author": "ada"}))["documents"] == 1
        [standing] = (await other.ask("standing_list", {}))["items"]
        # What is nothing, or nobody's, is left out.
        assert ("matches" in standing, heard.pending_msgs) == (False, 0)
        assert (await stranger.ask("standing_list", {}))["items"] == []


async def test_a_standing_query_hears_of_each_version_that_matches_once(stranger: Stranger) -> None:
    heard = await stranger.listening("matches.jams")
    await stranger.ask("put", {**JAM, "id": "before"})
    await stranger.until_found({"query": "printer", "mode": "text"}, ["before"])
    assert "error" not in await stranger.ask("standing_save", JAMS)
    await stranger.ask("put", [{**JAM, "id": "elsewhere", "collection": "notes"}, SCANNER, JAM])
    first = json.loads((await heard.next_msg(timeout=10)).data)
    assert (first["name"], first["id"], first["version"], first["channel"]) == ("jams", "jam", 1, "irc.x")
    assert first["document"]["text"] == JAM["text"]
    # What is written in its margin makes it no other version.
    await stranger.notes("jam", FAST | SLOW)
    await stranger.ask("put", {**JAM, "title": "Paper jam, again"})
    second = json.loads((await heard.next_msg(timeout=10)).data)
    assert (second["id"], second["version"], second["document"]["title"]) == ("jam", 2, "Paper jam, again")
    await stranger.notes("jam", FAST | SLOW, version=2)

    async def counted() -> bool:
        [standing] = (await stranger.ask("standing_list", {}))["items"]
        return (standing["name"], standing.get("matches")) == ("jams", 2)

    await until(counted)
    assert heard.pending_msgs == 0
    await stranger.ask("standing_drop", {"name": "jams"})
    await stranger.ask("put", {**JAM, "id": "after"})
    await stranger.until_found({"query": "id:after"}, ["after"])
    assert ((await stranger.ask("standing_list", {}))["items"], heard.pending_msgs) == ([], 0)


async def test_what_people_think_of_it_is_kept_and_summed_up(stranger: Stranger) -> None:
    await stranger.ask("put", JAM)
    await stranger.notes("jam", FAST | SLOW)
    for feedback in (
        {"id": "jam", "step": "summary", "thumb": "down", "correction": "It is the scanner.", "author": "bob"},
        {"id": "jam", "step": "summary", "stars": 4, "author": "eve"},
        {"id": "jam", "query": "paper jam", "thumb": "up"},
    ):
        assert (await stranger.ask("feedback", feedback))["outcome"] == "created"

    async def listed() -> bool:
        return len((await stranger.ask("feedback_list", {"id": "jam"}))["items"]) == 3

    await until(listed)
    items = (await stranger.ask("feedback_list", {"id": "jam", "step": "summary"}))["items"]
    assert [(each["author"], each.get("stars")) for each in items] == [("eve", 4), ("bob", None)]
    of_searches, of_summaries = sorted((await stranger.ask("feedback_summary", {}))["items"], key=len)
    assert of_searches == {"up": 1}
    said = {"down": 1, "stars": 1, "stars_mean": 4.0, "corrections": 1}
    assert of_summaries == {"step": "summary", "step_version": 1, **said}
    # It is nobody's document: no search finds it that doesn't ask for it.
    assert await stranger.find({"query": "scanner"}) in ([], ["jam"])
    assert len(await stranger.find({"query": "collection:postil.feedback author:bob"})) == 1
    assert (await stranger.ask("feedback", {"id": "jam"}))["type"] == "urn:postil:invalid"
