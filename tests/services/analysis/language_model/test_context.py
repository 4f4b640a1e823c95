"""What is known around a document: from every source, in parallel, and from the others when one fails."""

import asyncio
from collections.abc import Sequence

from services.analysis.language_model.context import context_of
from shared.contracts.documents import Document
from shared.contracts.search import Filter, Search, Similar
from shared.errors import Unavailable
from tests.services.analysis.language_model.desk import desk_without_model, document

ABOUT = document("a", "text", at=100, thread="t1")


async def away() -> Sequence[Document]:
    raise Unavailable("the search is away")


async def never() -> Sequence[Document]:
    await asyncio.Event().wait()
    return ()


async def test_every_source_is_asked_for_the_documents_tenant() -> None:
    desk = desk_without_model()
    await context_of(ABOUT, desk)
    assert desk.asked == [
        ("main", Similar(id="a", limit=6)),
        ("main", Search(filter=Filter(thread="t1"), sort="time", limit=6)),
        ("main", Search(filter=Filter(collection="tickets"), sort="time", limit=4)),
    ]


async def test_a_document_without_a_thread_has_none() -> None:
    desk = desk_without_model()
    context = await context_of(document("a", "text"), desk)
    assert (len(desk.asked), context.missing) == (2, {})


async def test_a_document_is_there_once_with_all_its_sources() -> None:
    desk = desk_without_model()
    desk.finds("similar", document("b", "b"), document("c", "c"))
    desk.finds("thread", document("d", "d"), document("b", "b"))
    context = await context_of(ABOUT, desk)
    assert [(each.document.id, each.sources) for each in context.related] == [
        ("b", ["similar", "thread"]),
        ("c", ["similar"]),
        ("d", ["thread"]),
    ]


async def test_itself_later_ones_other_tenants_and_the_house_are_left_out() -> None:
    desk = desk_without_model()
    desk.finds(
        "similar",
        ABOUT,
        document("later", "x", at=101),
        document("foreign", "x", tenant="other"),
        document("house", "x", collection="postil.feedback"),
        document("earlier", "x", at=99),
    )
    assert [each.document.id for each in (await context_of(ABOUT, desk)).related] == ["earlier"]


async def test_one_that_fails_and_one_that_hangs_cost_themselves_only() -> None:
    desk = desk_without_model()
    desk.answers |= {"similar": away, "thread": never}
    desk.finds("recent", document("b", "b"))
    context = await context_of(ABOUT, desk, seconds_max=0.05)
    assert [each.document.id for each in context.related] == ["b"]
    assert context.missing == {
        "similar": "the search is away",
        "thread": "there was no answer within 0.05 seconds",
    }


async def test_they_are_asked_side_by_side() -> None:
    desk = desk_without_model()
    together = asyncio.Barrier(3)

    async def meets() -> Sequence[Document]:
        await together.wait()
        return (document("b", "b"),)

    desk.answers = dict.fromkeys(desk.answers, meets)
    assert (await context_of(ABOUT, desk, seconds_max=5)).missing == {}
