"""What a search answers: by words, by meaning, by both, and how it says what it did."""

import orjson
import pytest
from pydantic import JsonValue

from shared.contracts.search import Search
from shared.errors import Invalid
from tests.services.database.search.house import House


@pytest.fixture
async def filled(house: House) -> House:
    await house.write("red", "the red car has a failure", author="ann", kind="report", tags=["x", "y"])
    await house.write("blue", "a blue automobile crash", author="bob", tags=["x"], data={"priority": "high"})
    await house.write("soup", "tomato soup with basil", "kitchen", author="bob", data={"priority": "low"})
    await house.said("red", "entities", {"entities": [{"kind": "ticket", "value": "T-7"}]})
    await house.said("soup", "language", {"language": "en"})
    await house.settled()
    return house


async def test_words_are_found_and_shown(filled: House) -> None:
    page = await filled.found("car", mode="text")
    [hit] = page.hits
    assert (hit.id, page.total, page.next, page.degraded) == ("red", 1, None, ())
    assert hit.document.text is not None
    assert [hit.document.text[begin:end] for begin, end in hit.highlights[0].spans] == ["car"]
    assert {each.step for each in hit.document.annotations} == {"embedding", "entities"}


async def test_meaning_finds_other_words_and_hybrid_puts_first_what_both_find(filled: House) -> None:
    assert (await filled.ids("automobile failure", mode="semantic"))[:2] in (["red", "blue"], ["blue", "red"])
    assert await filled.ids("car", mode="text") == ["red"]
    hybrid = await filled.found("car crash", mode="hybrid")
    assert {hit.id for hit in hybrid.hits[:2]} == {"red", "blue"}
    assert hybrid.degraded == ()


FILTERS: list[tuple[JsonValue, set[str]]] = [
    ({"author": "bob"}, {"blue", "soup"}),
    ({"collection": "news", "tag": ["x", "y"]}, {"red"}),
    ({"entity": "ticket:T-7"}, {"red"}),
    ({"language": "en"}, {"soup"}),
    ({"data": {"priority": "high"}}, {"blue"}),
    ("author:bob -collection:kitchen", {"blue"}),
    ("kind:nothing", set()),
]


async def test_a_filter_holds_in_every_mode(filled: House) -> None:
    for wanted, left in FILTERS:
        for mode in ("text", "semantic", "hybrid"):
            assert set(await filled.ids("car OR crash OR soup", mode=mode, filter=wanted)) == left


async def test_without_words_it_is_a_list_by_time(filled: House) -> None:
    page = await filled.found("author:bob")
    assert ([hit.id for hit in page.hits], page.degraded) == (["soup", "blue"], ())
    assert {hit.score for hit in page.hits} == {0.0}
    assert filled.embedder.asked == 0


async def test_facets_count_what_was_asked_for(filled: House) -> None:
    page = await filled.found("car OR automobile OR soup", mode="text", facets=["author", "tag"], limit=1)
    counted = {name: {each.value: each.count for each in facet} for name, facet in page.facets.items()}
    assert counted == {"author": {"bob": 2, "ann": 1}, "tag": {"x": 2, "y": 1}}
    page = await filled.found("vehicle", mode="semantic", filter={"author": "bob"}, facets=["collection"])
    assert {each.value: each.count for each in page.facets["collection"]} == {"kitchen": 1, "news": 1}


MISTAKES: list[tuple[dict[str, JsonValue], str]] = [
    ({"query": "car AND ("}, "at 9"),
    ({"query": "car", "filter": "autor:bob"}, "autor"),
    ({"query": "car", "limit": 201}, "at most 200"),
    ({"query": "car", "after": "nonsense"}, "not a cursor"),
    ({"filter": {"since": "2026-02-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"}}, "until"),
]


async def test_what_is_not_understood_is_told_with_its_place(house: House) -> None:
    await house.put("a", text="a car")
    await house.settled()
    for asked, said in MISTAKES:
        for tenant in ("main", "nobody"):
            with pytest.raises(Invalid, match=said):
                await house.bus.ask(tenant, Search.decode(orjson.dumps(asked)))


async def test_explain_tells_the_plan_the_indexes_and_the_times(filled: House) -> None:
    explained = (await filled.found("car  author:ann", explain=True)).explanation
    assert explained is not None
    assert explained.understood == "car author:ann"
    assert [(each.index, each.state) for each in explained.indexes] == [
        ("text", "READY"),
        ("vectors", "READY"),
        ("figures", "READY"),
    ]
    assert {"embed", "vectors", "text", "documents"} <= set(explained.timings_ms)
    assert any("vectors" in line for line in explained.plan)
    warned = (await filled.found("car", explain=True, sort="time")).explanation
    assert warned is not None
    assert "not by their meaning" in warned.warnings[0]


async def test_without_an_embedder_the_text_answers_and_says_so(filled: House) -> None:
    await filled.stop("analysis")
    for mode in ("hybrid", "semantic"):
        page = await filled.found("automobile", mode=mode)
        assert [hit.id for hit in page.hits] == ["blue"]
        assert "searched the text only" in page.degraded[0]


async def test_without_any_vector_the_text_answers_and_says_so(house: House) -> None:
    await house.put("a", text="a car")
    await house.settled()
    page = await house.found("car")
    assert ([hit.id for hit in page.hits], page.degraded) == (
        ["a"],
        ("no document has a vector yet: searched the text only",),
    )


async def test_the_house_is_found_only_by_name(filled: House) -> None:
    await filled.put("own", "postil.things", text="a car of the house")
    await filled.settled()
    assert "own" not in await filled.ids("car", mode="hybrid")
    assert await filled.ids("car", mode="text", filter={"collection": "postil.things"}) == ["own"]


async def test_a_tenant_finds_only_his_own(filled: House) -> None:
    await filled.commit_for("acme", "red", "another car")
    await filled.settled("acme")
    for mode in ("text", "semantic", "hybrid"):
        assert {hit.document.tenant for hit in (await filled.found("car", "acme", mode=mode)).hits} == {"acme"}
        assert {hit.document.tenant for hit in (await filled.found("car", mode=mode)).hits} == {"main"}
    assert await filled.ids("car", "nobody") == []


async def test_a_page_is_as_long_as_a_reply_can_carry_and_goes_on(house: House) -> None:
    for no in range(5):
        await house.put(f"long{no}", text="word " + "x" * 300_000)
    await house.settled()
    first = await house.found("word", mode="text")
    assert len(first.hits) == 2
    assert await house.pages("word", mode="text") == ["long4", "long3", "long2", "long1", "long0"]
