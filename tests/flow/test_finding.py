"""From publishing to finding: what a stranger is told about a document, and every way in which he finds it again."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.flow.shelf import ASKED, EVERYTHING, JAM, MEANT, SHELF, SUMMARISED
from tests.flow.stranger import FAST, SLOW, Json, Stranger, introduced
from tests.system import System
from tests.until import until


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shelf(system: System) -> str:
    """The tenant of a shelf that is annotated and indexed. Nobody changes it."""
    async with introduced(system.url, f"t{uuid4().hex}") as somebody:
        for document in SHELF:
            draft = {name: value for name, value in document.items() if name != "collection"}
            await somebody.publish(draft, document["collection"])
        for document in SHELF:
            await somebody.notes(document["id"], FAST | SLOW if document["id"] in SUMMARISED else FAST)
        await until_indexed(somebody)
        return somebody.tenant


@pytest_asyncio.fixture
async def reader(system: System, shelf: str) -> AsyncIterator[Stranger]:
    async with introduced(system.url, shelf) as somebody:
        yield somebody


async def until_indexed(stranger: Stranger) -> None:
    """Their notes, too."""
    await stranger.until_found({"query": "lang:(en OR de)", "mode": "text", "limit": 50}, EVERYTHING)

    async def counted() -> bool:
        languages = (await stranger.ask("figures", {})).get("languages", ())
        return sum(int(each["count"]) for each in languages) == len(SHELF)

    await until(counted)


async def test_every_step_has_something_to_say(reader: Stranger) -> None:
    for document in SHELF:
        notes = await reader.notes(document["id"], FAST)
        assert {step: notes[step]["status"] for step in FAST} == dict.fromkeys(FAST, "ok")
        slow = SLOW if document["id"] in SUMMARISED else set()
        assert notes.keys() == FAST | slow
        reasons = {(notes[step]["status"], notes[step]["reason"]) for step in slow}
        assert reasons <= {("degraded", "no language model is configured")}
    notes = await reader.notes("jam", FAST | SLOW)
    assert notes["language"]["value"]["language"] == "en"
    assert "eats paper" in notes["summary"]["value"]["summary"]
    assert "ada@example.com" not in json.dumps(notes["summary"]["value"])
    [found] = [each for each in notes["entities"]["value"]["entities"] if each["kind"] == "email"]
    start, end = found["span"]
    assert JAM["text"][start:end] == found["text"] == "ada@example.com"


async def test_a_near_duplicate_is_known(reader: Stranger) -> None:
    first, second = await reader.notes("release", FAST), await reader.notes("again", FAST)
    assert first["fingerprint"]["value"]["duplicate_of"] is None
    assert second["fingerprint"]["value"]["duplicate_of"] == "release"
    assert second["fingerprint"]["value"]["cluster"] == first["fingerprint"]["value"]["cluster"]
    assert second["similar"]["value"]["alike"][0]["id"] == "release"


@pytest.mark.parametrize("name", ASKED)
async def test_found_by_words_and_conditions(reader: Stranger, name: str) -> None:
    question, ids = ASKED[name]
    found = await reader.ask("search", {**question, "mode": "text"})
    assert not reader.errors, found
    assert sorted(hit["id"] for hit in found["hits"]) == ids
    assert (found["total"], found["degraded"]) == (len(ids), [])


@pytest.mark.parametrize("words", MEANT)
async def test_found_by_meaning(reader: Stranger, words: str) -> None:
    assert await reader.find({"query": words, "mode": "text"}) == []
    for mode in ("semantic", "hybrid"):
        found = await reader.ask("search", {"query": words, "mode": mode})
        assert (found["hits"][0]["id"] in MEANT[words], found["degraded"]) == (True, [])
        others = await reader.find({"query": f"{words} -id:({' OR '.join(MEANT[words])})", "mode": mode})
        assert others
        assert not set(others) & MEANT[words]


async def test_words_and_meaning_together(reader: Stranger) -> None:
    """What both find stands first; what only one of them finds is there, too."""
    found = await reader.find({"query": "paper printer"})
    assert found[0] == "jam"
    assert len(found) > 1


@pytest.mark.parametrize("question", [{"id": "release"}, {"text": "a new version of the service for billing"}])
async def test_what_resembles_it(reader: Stranger, question: Json) -> None:
    found = await reader.ask("similar", {**question, "limit": 2})
    ids = [hit["id"] for hit in found["hits"]]
    assert "again" in ids
    assert ("release" in ids) == ("text" in question)
    assert found["degraded"] == []
    elsewhere = await reader.ask("similar", {**question, "filter": "collection:tickets"})
    assert {hit["id"] for hit in elsewhere["hits"]} <= {"jam", "scanner"}


async def test_it_is_shown_where_the_words_stand(reader: Stranger) -> None:
    [hit] = (await reader.ask("search", {"query": '"eats paper" title:jam', "mode": "text"}))["hits"]
    shown = {
        each["field"]: [JAM[each["field"]][start:end] for start, end in each["spans"]] for each in hit["highlights"]
    }
    assert shown["title"] == ["jam"]
    assert "".join(shown["text"]).replace(" ", "") == "eatspaper"
    assert hit["document"]["title"] == JAM["title"]


async def test_pages_facets_and_an_explanation(reader: Stranger) -> None:
    question = {"query": "*", "limit": 3, "sort": "time", "facets": ["collection", "language", "author"]}
    ids: list[str] = []
    after: str | None = None
    while True:
        page = await reader.ask("search", question | ({"after": after} if after else {}))
        assert page["total"] == len(SHELF)
        ids += [hit["id"] for hit in page["hits"]]
        after = page.get("next")
        if after is None:
            break
    assert sorted(ids) == EVERYTHING
    counts = {name: {each["value"]: each["count"] for each in page["facets"][name]} for name in page["facets"]}
    assert counts["collection"] == Counter(document["collection"] for document in SHELF)
    assert counts["author"] == Counter(document["author"] for document in SHELF)
    assert counts["language"] == {"en": 6, "de": 1}
    explained = (await reader.ask("search", {"query": "paper author:ada", "explain": True}))["explanation"]
    assert {index["index"]: index["state"] for index in explained["indexes"]} == dict.fromkeys(
        ("text", "vectors", "figures"), "READY"
    )
    assert explained["plan"]
    assert explained["timings_ms"]


async def test_a_mistake_is_told_with_its_place(reader: Stranger) -> None:
    said = await reader.ask("search", {"query": "hello autor:ada"})
    assert reader.errors["Nats-Service-Error-Code"] == "400"
    assert "at 7" in said["detail"]
    assert "'author:'" in said["detail"]


async def test_the_figures(reader: Stranger) -> None:
    figures = await reader.ask("figures", {})
    assert (figures["documents"], figures["authors"]) == (len(SHELF), 4)
    assert {each["value"]: each["count"] for each in figures["languages"]} == {"en": 6, "de": 1}
    assert {each["value"]: each["count"] for each in figures["top_authors"]}["ada"] == 2
    assert "paper" in {each["value"] for each in (await reader.ask("figures", {"author": "ada"}))["top_keywords"]}
    assert sum(figures["hours"]) == len(SHELF)
    assert figures["high_water"]["documents"] >= 1
    assert (await reader.ask("figures", {"collection": "tickets"}))["documents"] == 2
    assert (await reader.ask("figures", {"collection": "tickets", "author": "bob"}))["documents"] == 1


async def test_index_and_store_agree(reader: Stranger) -> None:
    examined = await reader.ask("examine_indexes", {})
    assert (examined["findings"], examined["documents_read"]) == ([], len(SHELF))
