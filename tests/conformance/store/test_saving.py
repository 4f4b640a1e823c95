"""Drafts become documents: created, updated, unchanged or refused."""

from pydantic import JsonValue

from services.database.store import Save
from tests.conformance.store.ground import TENANT, Ground, draft, refusal


async def test_a_document_is_served_as_it_was_given_and_with_what_postil_adds(ground: Ground) -> None:
    fields: dict[str, JsonValue] = {
        "kind": "ticket",
        "title": "It broke",
        "text": "naïve\u0000 ☕",
        "author": "me",
        "source": "phone",
        "tags": ["a", "b"],
        "data": {"n": [1, 2.5, None, {"deep": True}]},
        "thread": "t",
        "parents": ["p"],
    }
    saved = await ground.put("d", occurred_at="2024-02-03T04:05:06.789+02:00", **fields)
    document = await ground.get("d")
    assert (saved.id, saved.version, saved.seq, saved.outcome) == ("d", 1, 1, "created")
    shown = document.model_dump(mode="json", exclude_defaults=True)
    assert shown == fields | {
        "id": "d",
        "collection": "news",
        "tenant": TENANT,
        "version": 1,
        "seq": 1,
        "occurred_at": "2024-02-03T02:05:06.789000Z",
        "created_at": "2023-11-14T22:13:20Z",
        "updated_at": "2023-11-14T22:13:20Z",
    }


async def test_what_holds_its_default_is_left_out_and_times_are_in_utc_with_milliseconds(ground: Ground) -> None:
    await ground.put("d", text="x", occurred_at="2024-02-03T04:05:06.0001+02:00", idempotency_key="k", place="1")
    assert await ground.store.get(TENANT, "d", None) == (
        b'{"id":"d","collection":"news","text":"x","occurred_at":"2024-02-03T02:05:06.000100Z",'
        b'"idempotency_key":"k","tenant":"main","version":1,"seq":1,'
        b'"created_at":"2023-11-14T22:13:20.000Z","updated_at":"2023-11-14T22:13:20.000Z"}'
    )


async def test_other_content_is_a_new_version(ground: Ground) -> None:
    await ground.put("d", text="one")
    ground.clock.forward(1)
    saved = await ground.put("d", text="two")
    document = await ground.get("d")
    assert (saved.version, saved.seq, saved.outcome) == (2, 2, "updated")
    assert (document.text, document.version, document.seq) == ("two", 2, 2)
    assert (document.updated_at - document.created_at).total_seconds() == 1


async def test_the_same_content_is_unchanged_in_whatever_order_it_comes(ground: Ground) -> None:
    await ground.put("d", data={"a": 1, "b": {"c": 2, "d": 3}})
    saved = await ground.put("d", data={"b": {"d": 3, "c": 2}, "a": 1})
    assert (saved.version, saved.seq, saved.outcome) == (1, 1, "unchanged")
    assert len(await ground.log()) == 1


async def test_drafts_of_one_commit_see_each_other(ground: Ground) -> None:
    saved = await ground.save(draft("d", text="1"), draft("d", text="1"), draft("d", text="2"), draft("d", text="1"))
    assert [each.outcome for each in saved] == ["created", "unchanged", "updated", "updated"]
    assert [(each.version, each.seq) for each in saved] == [(1, 1), (1, 1), (2, 2), (3, 3)]


async def test_works_of_one_commit_see_each_other(ground: Ground) -> None:
    commit = await ground.commit(Save(TENANT, [draft("d", text="1")]), Save(TENANT, [draft("d", if_version=1)]))
    first, second = commit.answers
    assert isinstance(first, list)
    assert isinstance(second, list)
    assert [first[0].seq, second[0].seq] == [1, 2]


async def test_a_refused_draft_does_not_disturb_its_neighbours(ground: Ground) -> None:
    saved = await ground.save(draft("a"), draft("b", if_version=7), draft("c", if_version=1), draft("d"))
    assert [each.seq for each in saved] == [1, None, None, 2]
    assert [refusal(saved[1]), refusal(saved[2])] == ["conflict", "conflict"]
    assert saved[1].id == "b"
    assert await ground.listed() == ["a", "d"]


async def test_if_version_must_be_the_version(ground: Ground) -> None:
    await ground.put("d", text="1")
    assert (await ground.put("d", text="2", if_version=1)).version == 2
    refused = await ground.put("d", text="3", if_version=1)
    assert refusal(refused) == "conflict"
    assert refused.error is not None
    assert "1" in refused.error.detail
    assert "2" in refused.error.detail


async def test_if_version_0_must_not_exist(ground: Ground) -> None:
    assert (await ground.put("d", text="1", if_version=0)).outcome == "created"
    assert refusal(await ground.put("d", text="2", if_version=0)) == "conflict"


async def test_a_retry_with_if_version_is_unchanged(ground: Ground) -> None:
    await ground.put("d", text="1", if_version=0)
    await ground.put("d", text="2", if_version=1)
    retried = await ground.put("d", text="2", if_version=1)
    assert (retried.outcome, retried.version, retried.seq) == ("unchanged", 2, 2)
    assert refusal(await ground.put("d", text="1", if_version=0)) == "conflict"


async def test_a_retry_of_a_second_creation_is_unchanged(ground: Ground) -> None:
    await ground.put("d", text="1")
    await ground.delete("d")
    created = await ground.put("d", text="2", if_version=0)
    assert (created.outcome, created.version) == ("created", 3)
    assert (await ground.put("d", text="2", if_version=0)).outcome == "unchanged"


async def test_an_id_lives_in_one_collection_for_good(ground: Ground) -> None:
    await ground.put("d", "news")
    assert refusal(await ground.put("d", "other")) == "conflict"
    await ground.delete("d")
    assert refusal(await ground.put("d", "other")) == "conflict"
    assert (await ground.save(draft("d", "other"), tenant="else"))[0].outcome == "created"


async def test_a_refused_draft_leaves_no_collection_behind(ground: Ground) -> None:
    await ground.save(draft("d", "news"), draft("e", "other", if_version=3))
    stats = await ground.store.stats(TENANT, None)
    assert [each.collection for each in stats.collections] == ["news"]


async def test_an_older_place_never_changes_anything(ground: Ground) -> None:
    await ground.put("d", text="1", place="05")
    for place in ("04", "05"):
        ignored = await ground.put("d", text="2", place=place, if_version=9)
        assert (ignored.outcome, ignored.version, ignored.seq) == ("unchanged", 1, 1)
    assert (await ground.put("d", text="2", place="06")).outcome == "updated"


async def test_a_place_outlives_puts_without_one_and_deletion(ground: Ground) -> None:
    await ground.put("d", text="1", place="05")
    await ground.put("d", text="2")
    assert (await ground.put("d", text="1", place="05")).version == 2
    await ground.delete("d")
    ignored = await ground.put("d", text="1", place="05")
    assert (ignored.outcome, ignored.version, ignored.seq) == ("unchanged", 3, 3)
    assert await ground.listed() == []


async def test_an_unchanged_put_moves_the_place_on(ground: Ground) -> None:
    await ground.put("d", text="1", place="01")
    assert (await ground.put("d", text="1", place="05")).outcome == "unchanged"
    assert (await ground.put("d", text="2", place="04")).outcome == "unchanged"
    assert (await ground.get("d")).text == "1"
    assert (await ground.put("d", text="2", place="06")).outcome == "updated"


async def test_ids_and_collections_may_hold_any_character(ground: Ground) -> None:
    names = ["a\u0000b", "a", 'quo"te\\', "ü☕𝄞", "'; DROP TABLE changes; --", " "]
    collections = ["c", 'quo"te\\', "ü☕𝄞", "';DROP", "c.d.e", "%"]
    saved = await ground.save(*map(draft, names, collections))
    assert [each.outcome for each in saved] == ["created"] * len(names)
    assert await ground.listed() == names
    assert [(change.id, change.collection) for change in await ground.log()] == [*zip(names, collections, strict=True)]
    assert [await ground.listed(collection) for collection in collections] == [[name] for name in names]
    assert [(await ground.get(name)).id for name in names] == names


async def test_many_drafts_in_one_commit_come_back_in_their_order(ground: Ground) -> None:
    drafts = [draft(f"d{index}", f"c{index % 3}") for index in range(700)]
    saved = await ground.save(*drafts)
    again = await ground.save(*reversed(drafts))
    assert [each.id for each in saved] == [each.id for each in drafts]
    assert sorted(each.seq or 0 for each in saved) == list(range(1, 701))
    assert [each.seq for each in again] == [each.seq for each in reversed(saved)]


async def test_the_same_fields_over_again_are_new_for_another_tenant(ground: Ground) -> None:
    await ground.save(draft("d", text="1", idempotency_key="k"), tenant="a")
    saved = await ground.save(draft("d", text="2", idempotency_key="k"), tenant="b")
    assert (saved[0].outcome, saved[0].seq) == ("created", 1)
