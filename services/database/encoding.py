"""Replies put together from the JSON that the store keeps: nothing is parsed on the way out."""

from collections.abc import Sequence

import orjson

from services.database.store import ChangeRows, DocumentRows, PendingRows, Run
from shared.contracts.changes import ChangePage
from shared.contracts.documents import DocumentItems, DocumentPage
from shared.contracts.message import Encoded
from shared.contracts.pending import PendingPage


def document_page(rows: DocumentRows) -> Encoded[DocumentPage]:
    return Encoded(
        b'{"items":[%b],"next":%b,"total":%d}' % (b",".join(rows.items), orjson.dumps(rows.next), rows.total)
    )


def document_items(items: Sequence[bytes]) -> Encoded[DocumentItems]:
    return Encoded(b'{"items":[%b]}' % b",".join(items))


def change_page(rows: ChangeRows) -> Encoded[ChangePage]:
    items = b",".join(change.json for change in rows.items)
    return Encoded(b'{"items":[%b],"last_seq":%d}' % (items, rows.last_seq))


def pending_page(rows: PendingRows) -> Encoded[PendingPage]:
    items = b",".join(b'{"document":%b,"steps":%b}' % (row.document, orjson.dumps(row.steps)) for row in rows.items)
    return Encoded(b'{"items":[%b],"next":%b,"looked_at":%d}' % (items, orjson.dumps(rows.next), rows.looked_at))


def without_bodies(run: Run) -> bytes:
    """An announcement that a broker takes whose messages must be shorter than our documents: `get` has the rest."""
    changes = (orjson.loads(change.json) for change in run.changes)
    return orjson.dumps(
        [{key: value for key, value in change.items() if key not in {"document", "annotations"}} for change in changes]
    )
