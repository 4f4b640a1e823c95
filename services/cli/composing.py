"""What `postil publish` sends: documents from a text, a file or standard input, by the rule of the write doors.

What begins as JSON does is JSON, everything else is one document with that text.
"""

import io
from collections.abc import Sequence

from pydantic_core import to_json

from services.cli.importing.formats import formats
from services.cli.importing.json_rows import WHITESPACE
from services.cli.importing.preparing import without_given
from services.cli.importing.rows import BadRow, Fields, Mark, why_not_utf8
from services.cli.importing.source import BYTE_ORDER_MARK, Source
from shared.contracts.documents import Draft
from shared.errors import Invalid

JSON_SUFFIXES = (".json", ".ndjson", ".jsonl")


def compose(content: bytes, collection: str, said: Fields, *, is_json: bool | None = None) -> Sequence[Draft]:
    """The documents of a content. What was said on the command line is said of each of them."""
    content = content.removeprefix(BYTE_ORDER_MARK)
    if reason := why_not_utf8(content):
        raise Invalid(f"the content is {reason}")
    if is_json is None:
        is_json = content.lstrip(WHITESPACE).startswith((b"{", b"["))
    written = _documents_in(content) if is_json else [{"text": content.decode()} if content.strip() else {}]
    if len(written) > 1 and (alone := {"id", "idempotency_key"} & said.keys()):
        raise Invalid(f"{min(alone)!r} is for one document, and there are {len(written)}")
    return [_draft({**fields, **said}, collection) for fields in written]


def _documents_in(content: bytes) -> Sequence[Fields]:
    written: list[Fields] = []
    for found in formats()["json"].read(Source(io.BytesIO(content), name="content", bytes_total=None), Mark()):
        if isinstance(found, BadRow):
            raise Invalid(
                f"document {found.piece.number}: {found.reason} (with --raw it would be taken for plain text)"
            )
        written.append(without_given(found.fields))
    if not written:
        raise Invalid("there are no documents in it")
    return written


def _draft(fields: Fields, collection: str) -> Draft:
    if fields.setdefault("collection", collection) != collection:
        raise Invalid(f"'collection' is {fields['collection']!r}, but it was to be published to {collection!r}")
    draft = Draft.decode(to_json(fields))
    if not draft.text and not draft.title and draft.data is None:
        raise Invalid("the document is empty: it needs a text, a title or data")
    return draft
