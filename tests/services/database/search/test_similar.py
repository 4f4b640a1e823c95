"""What resembles a document, a text, or many documents that are just being analysed."""

import pytest

from shared.contracts.search import FindAlike, Search, Similar, Unplaced
from shared.errors import Invalid, NotFound
from shared.fingerprints import encode_signature
from shared.vectors import texts_of_vectors
from tests.services.database.search.figures.ground import SIGNATURES, similar_to
from tests.services.database.search.house import MODEL, House, meaning


@pytest.fixture
async def filled(house: House) -> House:
    await house.write("red", "the red car has a failure", author="ann")
    await house.write("blue", "a red automobile failure", author="bob")
    await house.write("soup", "tomato soup with basil", author="bob")
    await house.settled()
    return house


async def similar(house: House, query: Similar) -> list[str]:
    return [hit.id for hit in (await house.bus.ask("main", query)).hits]


async def test_to_a_document_or_a_text(filled: House) -> None:
    assert await similar(filled, Similar(id="red")) == ["blue", "soup"]
    assert await similar(filled, Similar(id="red", limit=1)) == ["blue"]
    assert filled.embedder.asked == 0
    assert (await similar(filled, Similar(text="basil and tomato")))[0] == "soup"
    assert await similar(filled, Similar(id="red", filter="author:bob -automobile")) == ["soup"]


async def test_what_can_not_be_answered_is_told(filled: House) -> None:
    for query in (
        Similar(),
        Similar(id="red", text="both"),
        Similar(id="red", limit=201),
        Similar(id="red", filter="("),
    ):
        with pytest.raises(Invalid):
            await filled.bus.ask("main", query)
    for tenant, id in (("main", "nothing"), ("nobody", "red")):
        with pytest.raises(NotFound):
            await filled.bus.ask(tenant, Similar(id=id))


async def test_a_document_without_a_vector_is_embedded_or_compared_by_its_words(filled: House) -> None:
    await filled.put("bare", text="tomato and basil " + " " * 150_000)
    await filled.settled()
    assert (await similar(filled, Similar(id="bare")))[0] == "soup"
    await filled.stop("analysis")
    page = await filled.bus.ask("main", Similar(id="bare", filter="author:bob"))
    assert [hit.id for hit in page.hits] == ["soup"]
    assert "compared the words only" in page.degraded[0]


async def test_without_any_vector_words_have_to_do(house: House) -> None:
    await house.put("a", text="tomato soup")
    await house.put("b", text="tomato salad")
    await house.put("c", data={"no": "text"})
    await house.settled()
    page = await house.bus.ask("main", Similar(id="a"))
    assert ([hit.id for hit in page.hits], len(page.degraded)) == (["b"], 1)
    assert await similar(house, Similar(id="c")) == []


async def test_many_at_once(filled: House) -> None:
    await filled.said("soup", "fingerprint", {"signature": encode_signature(SIGNATURES[0]), "cluster": None})
    await filled.settled()
    vector = texts_of_vectors(meaning("a red car failure")[None])[0]
    signature = encode_signature(similar_to(SIGNATURES[0], 10))
    items = (Unplaced(id="red", vector=vector), Unplaced(id="new", vector="nonsense", signature=signature))
    alike = await filled.bus.ask("main", FindAlike(items=items, model=MODEL, limit=1))
    assert [each.id for each in alike.items] == ["red", "new"]
    assert [each.id for each in alike.items[0].similar] == ["blue"]
    assert ([each.id for each in alike.items[1].duplicates], alike.items[1].similar) == (["soup"], ())
    assert alike.applied_seq == 7
    other = await filled.bus.ask("main", FindAlike(items=items, model="another"))
    assert other.items[0].similar == ()
    nobody = await filled.bus.ask("nobody", FindAlike(items=items))
    assert ([each.id for each in nobody.items], nobody.applied_seq) == (["red", "new"], 0)


async def test_what_an_answer_says_it_has_seen_is_found(house: House) -> None:
    for no in range(30):
        await house.write(f"d{no}", "apple")
        asked = await house.bus.ask("main", FindAlike(items=(Unplaced(id="x"),)))
        page = await house.bus.ask("main", Search(query="apple", mode="text"))
        # Each is two changes.
        assert page.total >= asked.applied_seq // 2
    await house.settled()
    assert (await house.found("apple", mode="text")).total == 30
