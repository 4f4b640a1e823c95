"""Pages of documents and of changes: without a gap, without a double, within their bounds."""

import base64

import pytest

from services.database.store import Annotate, Delete, Save
from shared.contracts.documents import Document
from shared.errors import Invalid, NotFound
from tests.conformance.store.ground import BYTES_MAX, TENANT, Ground, decoded, draft, note


async def test_a_tenant_that_never_wrote_has_nothing(ground: Ground) -> None:
    await ground.put("d")
    for tenant in ("nobody", ""):
        assert await ground.store.list(tenant, None, 10, BYTES_MAX, None) == await ground.store.list(
            tenant, "news", 10, BYTES_MAX, None
        )
        assert (await ground.store.list(tenant, None, 10, BYTES_MAX, None)).total == 0
        assert list(await ground.store.recent(tenant, "news", 10, BYTES_MAX)) == []
        assert (await ground.store.changes(tenant, 0, None, 10, BYTES_MAX)).last_seq == 0
        assert list(await ground.store.runs(tenant, 0, 10, BYTES_MAX)) == []
        assert (await ground.store.stats(tenant, None)).last_seq == 0
        with pytest.raises(NotFound):
            await ground.store.get(tenant, "d", None)


async def test_a_list_runs_in_the_order_of_creation(ground: Ground) -> None:
    await ground.save(*[draft(f"d{index}", f"c{index % 2}") for index in range(8)])
    await ground.put("d0", "c0", text="touched")
    await ground.save(draft("other"), tenant="else")
    created = ["d0", "d2", "d4", "d6", "d1", "d3", "d5", "d7"]
    assert await ground.listed() == created
    assert await ground.listed("c1") == ["d1", "d3", "d5", "d7"]
    assert await ground.listed("nothing") == []
    assert await ground.recent("c0") == ["d6", "d4", "d2", "d0"]
    assert await ground.recent("c0", limit=2) == ["d6", "d4"]


async def test_a_page_that_holds_the_last_document_says_so(ground: Ground) -> None:
    await ground.save(*[draft(f"d{index}") for index in range(4)])
    page = await ground.store.list(TENANT, None, 4, BYTES_MAX, None)
    assert (len(page.items), page.next, page.total) == (4, None, 4)


async def test_a_list_goes_on_through_deletions_and_creations(ground: Ground) -> None:
    await ground.save(*[draft(f"d{index}") for index in range(6)])
    page = await ground.store.list(TENANT, None, 3, BYTES_MAX, None)
    await ground.delete("d2")
    await ground.delete("d3")
    await ground.put("d3", text="again")
    rest = await ground.store.list(TENANT, None, 10, BYTES_MAX, page.next)
    assert [Document.decode(item).id for item in rest.items] == ["d4", "d5", "d3"]
    assert rest.total == 5


async def test_a_cursor_that_was_made_up_is_invalid(ground: Ground) -> None:
    await ground.save(*[draft(f"d{index}") for index in range(4)])
    after = (await ground.store.list(TENANT, None, 2, BYTES_MAX, None)).next
    assert after is not None
    flipped = base64.urlsafe_b64encode(bytes([*base64.urlsafe_b64decode(after)[:-1], 0])).decode()
    for made_up in ("", "1", "AAAA", "ü", after + "A", after[:-4], "\u0000", flipped):
        with pytest.raises(Invalid, match="after"):
            await ground.store.list(TENANT, None, 2, BYTES_MAX, made_up)


async def test_a_cursor_belongs_to_its_listing(ground: Ground) -> None:
    await ground.save(*[draft(f"d{index}") for index in range(4)])
    after = (await ground.store.list(TENANT, None, 2, BYTES_MAX, None)).next
    with pytest.raises(Invalid):
        await ground.store.list(TENANT, "news", 2, BYTES_MAX, after)
    with pytest.raises(Invalid):
        await ground.store.list("else", None, 2, BYTES_MAX, after)


async def test_pages_keep_within_their_bytes_but_hold_at_least_one(ground: Ground) -> None:
    await ground.save(*[draft(f"d{index}", text="x" * 1000) for index in range(4)])
    for bytes_max, count in ((1, 1), (2_500, 2), (BYTES_MAX, 4)):
        page = await ground.store.list(TENANT, None, 10, bytes_max, None)
        assert len(page.items) == count
        assert (page.next is None) == (count == 4)
        assert len(await ground.store.recent(TENANT, "news", 10, bytes_max)) == count
        changes = await ground.store.changes(TENANT, 0, None, 10, bytes_max)
        assert [change.seq for change in changes.items] == list(range(1, count + 1))
        assert changes.last_seq == count
        runs = await ground.store.runs(TENANT, 0, 10, bytes_max)
        assert [len(run.changes) for run in runs] == [count]


async def test_changes_go_on_where_a_page_ended(ground: Ground) -> None:
    await ground.save(*[draft(f"d{index}", f"c{index % 2}") for index in range(7)])
    seen: list[int] = []
    since = 0
    while (page := await ground.store.changes(TENANT, since, None, 3, BYTES_MAX)).items:
        seen += [change.seq for change in page.items]
        since = page.last_seq
    assert seen == list(range(1, 8))
    assert since == 7


async def test_changes_of_one_collection_look_at_everything(ground: Ground) -> None:
    await ground.save(*[draft(f"d{index}", "c0" if index < 3 else "c1") for index in range(6)])
    page = await ground.store.changes(TENANT, 0, "c0", 2, BYTES_MAX)
    assert ([change.seq for change in page.items], page.last_seq) == ([1, 2], 2)
    page = await ground.store.changes(TENANT, 2, "c0", 2, BYTES_MAX)
    assert ([change.seq for change in page.items], page.last_seq) == ([3], 6)
    page = await ground.store.changes(TENANT, 0, "nothing", 2, BYTES_MAX)
    assert (list(page.items), page.last_seq) == ([], 6)


async def test_numbers_beyond_the_end_find_nothing(ground: Ground) -> None:
    await ground.put("d")
    await ground.save(draft("d"), tenant="next")
    for since in (1, 2**40, 2**70):
        page = await ground.store.changes(TENANT, since, None, 10, BYTES_MAX)
        assert (list(page.items), page.last_seq) == ([], 1)
        assert list(await ground.store.runs(TENANT, since, 10, BYTES_MAX)) == []
        assert (await ground.get("d", at=since)).seq == 1


async def test_a_change_tells_what_happened(ground: Ground) -> None:
    await ground.put("d", text="1")
    ground.clock.forward(1)
    await ground.annotate(note("d", 1, value=5))
    await ground.delete("d")
    changes = [decoded(change) for change in (await ground.store.changes(TENANT, 0, None, 10, BYTES_MAX)).items]
    assert [change.op for change in changes] == ["put", "annotate", "delete"]
    assert changes[0].document is not None
    assert changes[0].document.text == "1"
    assert [each.value for each in changes[1].annotations or ()] == [5]
    assert changes[1].at == ground.clock.now()


async def test_a_commit_reports_the_very_changes_that_are_read_later(ground: Ground) -> None:
    drafts = [draft(f"d{index}", f"c{index % 3}") for index in range(9)]
    commit = await ground.commit(Save(TENANT, drafts), Delete(TENANT, "d4"), Annotate(TENANT, [note("d5", 1)]))
    reported = [change for run in commit.runs for change in run.changes]
    assert reported == list((await ground.store.changes(TENANT, 0, None, 100, BYTES_MAX)).items)
    assert list(commit.runs) == list(await ground.store.runs(TENANT, 0, 100, BYTES_MAX))


async def test_runs_are_consecutive_and_know_what_came_before(ground: Ground) -> None:
    first = await ground.commit(Save(TENANT, [draft("a", "x"), draft("b", "y"), draft("c", "x")]))
    assert [(run.collection, run.previous_seq, [change.seq for change in run.changes]) for run in first.runs] == [
        ("x", 0, [1, 2]),
        ("y", 0, [3]),
    ]
    second = await ground.commit(Save(TENANT, [draft("b", "y", text="2"), draft("a", "x", text="2")]))
    assert [(run.collection, run.previous_seq, [change.seq for change in run.changes]) for run in second.runs] == [
        ("y", 3, [4]),
        ("x", 2, [5]),
    ]
    later = await ground.store.runs(TENANT, 1, 3, BYTES_MAX)
    assert [(run.collection, run.previous_seq, [change.seq for change in run.changes]) for run in later] == [
        ("x", 1, [2]),
        ("y", 0, [3, 4]),
    ]


async def test_tenants_are_numbered_apart(ground: Ground) -> None:
    commit = await ground.commit(Save("a", [draft("d")]), Save("b", [draft("d")]), Save("a", [draft("e")]))
    assert [(run.tenant, [change.seq for change in run.changes]) for run in commit.runs] == [("a", [1, 2]), ("b", [1])]
    assert [(change.seq, change.id) for change in await ground.log("a")] == [(1, "d"), (2, "e")]
    assert [(change.seq, change.id) for change in await ground.log("b")] == [(1, "d")]
