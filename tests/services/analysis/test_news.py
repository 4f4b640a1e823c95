"""Reading the feed: the newest version of each document, and gaps in the numbers."""

import asyncio

import orjson
import pytest
from pydantic import JsonValue

from services.analysis.news import News
from shared.bus.wire import Delivery
from shared.errors import Invalid


def change(seq: int, op: str, id: str, version: int = 1, collection: str = "notes", body: bool = True) -> JsonValue:
    document: JsonValue = {"id": id, "version": version} if body else None
    at = "2026-01-01T00:00:00.000Z"
    return {
        "seq": seq,
        "op": op,
        "id": id,
        "version": version,
        "collection": collection,
        "at": at,
        "document": document,
    }


def message(*changes: JsonValue, tenant: str = "main") -> Delivery:
    return Delivery(f"postil.{tenant}.changes.notes", orjson.dumps(changes))


def read(news: News, *batch: Delivery) -> dict[str, bytes]:
    return {arrival.id: arrival.json for arrival in asyncio.run(news.read(batch))}


def test_of_each_document_the_newest_version_is_read() -> None:
    news = News(["main"])
    batch = (
        message(change(1, "put", "a"), change(2, "put", "b"), change(3, "put", "c")),
        message(change(4, "put", "a", 2), change(5, "annotate", "b"), change(6, "delete", "c", 2)),
        message(change(7, "put", "d", body=False), change(8, "put", "e", collection="postil.feedback")),
    )
    assert read(news, *batch) == {"b": b'{"id":"b","version":1}', "a": b'{"id":"a","version":2}', "d": b""}
    assert news.gaps == set()
    assert news.newest_at is not None


def test_a_gap_is_told_and_what_comes_again_is_none() -> None:
    news = News(["main"])
    read(news, message(change(5, "put", "a")))
    read(news, message(change(6, "put", "b"), change(7, "put", "c")))
    read(news, message(change(5, "put", "a")))
    read(news, message(change(8, "put", "d")), message(change(40, "put", "z"), tenant="other"))
    assert (news.gaps, news.tenants) == (set(), ["main", "other"])
    read(news, message(change(10, "put", "e")))
    assert news.gaps == {"main"}


@pytest.mark.parametrize("payload", [b"{", b"[1]", b'[{"seq": 1}]', b'{"a": 1}', b'[{"op": "put", "seq": "x"}]'])
def test_what_is_no_array_of_changes_is_refused(payload: bytes) -> None:
    with pytest.raises(Invalid, match="not an array of changes"):
        read(News(["main"]), Delivery("postil.main.changes.notes", payload))
