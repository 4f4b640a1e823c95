"""Documents and hits for the tests of commands."""

from datetime import UTC, datetime
from typing import Any

from pydantic import JsonValue

from shared.contracts.annotations import Note
from shared.contracts.documents import Document
from shared.contracts.search import Highlight, Hit

EARLIER = datetime(2026, 1, 1, 11, 30, tzinfo=UTC)
# Everything that may not reach a network as it is, in a text that is far too long.
HOSTILE = "first\r\nsecond\x00\x1b[31m\x02red\u202egnp.exe\u200b @everyone\u2028third " + "x" * 1_000_000


def a_document(id: str = "line", **more: Any) -> Document:
    fields: dict[str, Any] = {
        "tenant": "main",
        "collection": "chat.console.general",
        "author": "bob",
        "text": "hello",
        "version": 1,
        "seq": 1,
        "created_at": EARLIER,
        "updated_at": EARLIER,
    }
    return Document(**(fields | {"id": id} | more))


def a_note(step: str, value: JsonValue, **more: Any) -> Note:
    fields: dict[str, Any] = {"step_version": 1, "version": 1, "status": "ok"}
    return Note(step=step, value=value, **(fields | more))


def a_hit(id: str = "line", *spans: tuple[int, int], **more: Any) -> Hit:
    highlights = (Highlight(field="text", spans=spans),) if spans else ()
    return Hit(id=id, score=1.0, document=a_document(id, **more), highlights=highlights)


def is_one_line(text: str) -> bool:
    """Short, and nothing in it moves a cursor, turns the writing around or begins a new line."""
    return len(text) < 1_500 and text.isprintable() and text == " ".join(text.split())
