"""CloudEvents 1.0, structured (one JSON object) or binary (attributes in `ce-` headers, the data as payload).

What becomes of an event:

- `source` and `type` are the document's `source` and `kind`; `time` is `occurred_at`; `subject` is the `title`.
- `id` is unique only within its source, so the document is called by the event's id and a short digest of both.
  The same event sent again is the same document.
- `data` that is a string is the `text`; any other JSON is the `data`, as it is. Bytes (`data_base64`, or the payload
  in binary mode) are read by their `datacontenttype`: JSON as above, text/* and XML as `text`. Without a type they
  are what they look like. Bytes that are neither are kept as they are: `data` is then `{"data_base64": "…"}`.
- The extension attribute `collection` says where it belongs, as it must at the `put` door.
- All other attributes (`dataschema`, a `datacontenttype` other than JSON, extensions) become tags: `name=value`.
- An event without data and subject has its type as title, because a document has to hold something.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import unquote

import orjson
from pydantic import Field, JsonValue, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import from_json

from services.ingest.forms import EVENT_HEADER_PREFIX, is_json, media_type_of, why_not_json, why_not_utf8
from services.ingest.names import digest
from shared.contracts.documents import Draft, ShortText, Tag
from shared.contracts.message import Contract, in_words
from shared.contracts.moment import Moment
from shared.errors import Invalid

# With the digest behind it, it still fits into a document's id.
EventId = Annotated[str, StringConstraints(min_length=1, max_length=150)]
Named = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]

_TAG: TypeAdapter[str] = TypeAdapter(Tag)


class CloudEvent(Contract, extra="allow"):
    __pydantic_extra__: dict[str, JsonValue] = Field(init=False)

    specversion: Literal["1.0"]
    id: EventId
    source: Named
    type: Named
    subject: ShortText | None = None
    time: Moment | None = None
    datacontenttype: str | None = None
    dataschema: str | None = None
    data: JsonValue = None
    data_base64: str | None = None


def read_structured(element: bytes) -> Draft:
    event = _decode(element)
    if event.data_base64 is None:
        return _to_draft(event, event.data)
    if event.data is not None:
        raise Invalid("an event has either 'data' or 'data_base64', not both")
    try:
        content = base64.b64decode(event.data_base64, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid(f"'data_base64' is not base64: {error}") from error
    return _to_draft(event, _content(content, event.datacontenttype))


def read_binary(payload: bytes, headers: Mapping[str, str]) -> Draft:
    attributes = {
        name.removeprefix(EVENT_HEADER_PREFIX): _unquoted(name, value)
        for name, value in headers.items()
        if name.startswith(EVENT_HEADER_PREFIX)
    }
    if attributes.keys() & {"data", "data_base64"}:
        raise Invalid("an event's data is the payload: it can't be in a header")
    if content_type := headers.get("content-type"):
        attributes["datacontenttype"] = content_type
    try:
        event = _decode(orjson.dumps(attributes))
    except orjson.JSONEncodeError as error:
        raise Invalid("a ce- header is not valid UTF-8") from error
    return _to_draft(event, _content(payload, event.datacontenttype))


def _decode(element: bytes) -> CloudEvent:
    try:
        return CloudEvent.model_validate_json(element)
    except ValidationError as error:
        raise Invalid(why_not_utf8(element) or in_words(error)) from error


def _unquoted(name: str, value: str) -> str:
    """A header's value: percent-encoded, as the CloudEvents bindings have it."""
    try:
        return unquote(value, errors="strict")
    except UnicodeDecodeError as error:
        raise Invalid(f"the header {name!r} is not percent-encoded UTF-8") from error


def _content(content: bytes, content_type: str | None) -> JsonValue:
    """An event's bytes as what they stand for."""
    media_type = media_type_of(content_type or "")
    if not content:
        return None
    if is_json(media_type) or (not media_type and content.lstrip()[:1] in (b"{", b"[")):
        try:
            value: JsonValue = from_json(content)
        except ValueError as error:
            raise Invalid(f"the event's data is {why_not_json(content)}") from error
        return value
    is_text = media_type.startswith("text/") or media_type.endswith(("/xml", "+xml"))
    reason = why_not_utf8(content)
    if is_text and reason:
        raise Invalid(f"the event's data is {reason}")
    if is_text or not (media_type or reason):
        return content.decode()
    return {"data_base64": base64.b64encode(content).decode()}


def _to_draft(event: CloudEvent, content: JsonValue) -> Draft:
    extensions = dict(event.__pydantic_extra__)
    collection = extensions.pop("collection", None)
    if not isinstance(collection, str | None):
        raise Invalid("'collection' should be a string")
    try:
        return Draft(
            id=f"{event.id}-{digest(event.source, event.id)}",
            collection=collection,
            kind=event.type,
            title=event.subject or (event.type if content is None else None),
            text=content if isinstance(content, str) else None,
            source=event.source,
            occurred_at=event.time,
            tags=_tags(event, extensions),
            data=None if isinstance(content, str) else content,
        )
    except ValidationError as error:
        raise Invalid(in_words(error)) from error


def _tags(event: CloudEvent, extensions: Mapping[str, JsonValue]) -> tuple[str, ...]:
    attributes: dict[str, JsonValue] = dict(extensions)
    if event.dataschema:
        attributes["dataschema"] = event.dataschema
    if event.datacontenttype and not is_json(media_type_of(event.datacontenttype)):
        attributes["datacontenttype"] = event.datacontenttype
    return tuple(_tag(name, value) for name, value in sorted(attributes.items()) if value is not None)


def _tag(name: str, value: JsonValue) -> str:
    if isinstance(value, (dict, list)):
        raise Invalid(f"the attribute {name!r} should be a string, a number or a boolean")
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    try:
        return _TAG.validate_python(f"{name}={text}")
    except ValidationError as error:
        raise Invalid(f"the attribute {name!r} can't be kept as a tag: {in_words(error)}") from error
