"""Entries of the audit, and the documents that they are, as a database gives them back."""

from datetime import UTC, datetime

import orjson

from services.ingest.intake import Incoming, take_in
from shared.contracts.audit import NOTHING_YET, AuditEntry, AuditFacts, Link, chained, draft_of
from shared.contracts.documents import Document
from shared.contracts.saving import Sealed
from shared.limits import Limits

MOMENT = datetime(2026, 1, 1, 12, tzinfo=UTC)
COUNT = 6


def facts(command: str = "role", **more: object) -> AuditFacts:
    fields: dict[str, object] = {
        "at": MOMENT,
        "network": "irc",
        "channel": "python",
        "author": "ada",
        "account": "ada.l",
        "command": command,
        "arguments": "bob moderator",
        "role": "owner",
        "allowed": True,
        "result": "ok",
        "detail": "as wished",
        "duration_ms": 2.4,
        "before": "member",
        "after": {"role": "moderator"},
    }
    return AuditFacts.model_validate(fields | more)


def document_of(entry: AuditEntry, seq: int | None = None) -> Document:
    """As it comes back from a database."""
    [sealed] = take_in(Incoming(draft_of(entry).encode()), Limits(), MOMENT, lambda _: b"")
    assert isinstance(sealed, Sealed), sealed
    kept = orjson.loads(sealed.content)
    given = {"tenant": "main", "version": 1, "seq": seq or entry.number}
    times = {"created_at": "2026-01-01T12:00:00Z", "updated_at": "2026-01-01T12:00:00Z"}
    return Document.decode(orjson.dumps({**kept, **given, **times}))


def chain(count: int = COUNT, missed: int = 2) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    link = NOTHING_YET
    for number in range(count):
        entry = chained(facts(f"command {number}"), link, missed)
        entries.append(entry)
        link = Link(entry.number, entry.hash)
    return entries


def documents(count: int = COUNT) -> list[Document]:
    return [document_of(entry) for entry in chain(count)]
