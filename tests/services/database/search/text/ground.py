"""Documents and indexes for these tests."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue

from services.database.search.index import Batch, Json, Present
from services.database.search.language.syntax import Node
from services.database.search.text.index import TextIndex

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


def moment(seconds: float) -> datetime:
    return BEGINNING + timedelta(seconds=seconds)


def present(no: int, text: str | None = None, notes: Mapping[str, Json] | None = None, **given: JsonValue) -> Present:
    at = moment(no).isoformat()
    document: dict[str, JsonValue] = {
        "id": f"d{no}",
        "collection": "notes",
        "text": text,
        "version": 1,
        "created_at": at,
        "updated_at": at,
    }
    return Present(no, document | given, notes or {})


def note(value: JsonValue, version: int = 1) -> Json:
    return {"version": version, "status": "ok", "value": value}


def spoken_in(language: str) -> Mapping[str, Json]:
    return {"language": note({"language": language})}


def told(index: TextIndex, *documents: Present, gone: tuple[int, ...] = ()) -> TextIndex:
    index.apply(Batch(until_seq=0, present=documents, gone=gone))
    index.commit()
    return index


def found(index: TextIndex, node: Node) -> list[int]:
    """Every way to ask has to agree with the others."""
    hits = index.search(node, limit=1_000)
    numbers = [no for no, _ in hits.hits]
    everywhere = list(index.numbers())
    assert hits.total == index.count(node) == len(numbers)
    assert sorted(numbers) == sorted(index.matching_numbers(node, 1_000)[0]) == sorted(index.keep(node, everywhere))
    assert sorted(numbers) == sorted(no for no, _ in index.search(node, limit=1_000, sort="time").hits)
    return sorted(numbers)
