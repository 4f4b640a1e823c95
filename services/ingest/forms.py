"""In which form a payload came, and where its elements are, to the byte.

The form is what the headers say; where they say nothing, it is what the payload looks like. What the elements mean
is left to `intake` and `cloudevents`.
"""

import re
from collections.abc import Mapping
from enum import Enum, auto

from pydantic_core import from_json

from shared.contracts.message import not_json
from shared.errors import Invalid

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
WHITESPACE = b" \t\r\n"
EVENT_HEADER_PREFIX = "ce-"

# Strings are skipped whole, so that what looks like structure within them isn't taken for it. One that doesn't end
# is skipped, too: otherwise every quote within it would be tried as a beginning.
_STRUCTURE = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{},]', re.DOTALL)


class Form(Enum):
    TEXT = auto()
    DOCUMENT = auto()
    ARRAY = auto()
    LINES = auto()
    EVENT = auto()
    EVENT_ARRAY = auto()
    EVENT_IN_HEADERS = auto()

    @property
    def has_elements(self) -> bool:
        return self in {Form.ARRAY, Form.LINES, Form.EVENT_ARRAY}


_LINES = {"application/x-ndjson", "application/ndjson", "application/jsonl"}
# One event, or an array of them: an event of a batch that is sent again alone still says that it is a batch.
_EVENTS = {"application/cloudevents+json", "application/cloudevents-batch+json"}


def form_of(payload: bytes, headers: Mapping[str, str]) -> Form:
    """The form of a payload that isn't blank; the names of the headers are in lower case."""
    return (headers and _form_by_headers(payload, headers)) or _form_by_looks(payload)


def _form_by_headers(payload: bytes, headers: Mapping[str, str]) -> Form | None:
    media_type = media_type_of(headers.get("content-type", ""))
    is_array = _first(payload) == b"["
    if media_type in _EVENTS:
        return Form.EVENT_ARRAY if is_array else Form.EVENT
    if any(name.startswith(EVENT_HEADER_PREFIX) for name in headers):
        return Form.EVENT_IN_HEADERS
    if media_type.startswith("text/"):
        return Form.TEXT
    if media_type in _LINES:
        return Form.LINES
    if is_json(media_type):
        return Form.ARRAY if is_array else Form.DOCUMENT
    if media_type:
        raise Invalid(
            f"the content type {media_type!r} is not taken: send application/json, application/x-ndjson, "
            "application/cloudevents+json or text/plain"
        )
    return None


def _form_by_looks(payload: bytes) -> Form:
    match _first(payload):
        case b"[":
            return Form.ARRAY
        case b"{":
            return Form.LINES if _is_lines(payload) else Form.DOCUMENT
        case _:
            return Form.TEXT


def _first(payload: bytes) -> bytes:
    return payload.lstrip(WHITESPACE)[:1]


def elements_of(payload: bytes, form: Form) -> list[bytes]:
    """The exact bytes of every element, without the white space around it."""
    if form in {Form.ARRAY, Form.EVENT_ARRAY}:
        return split_array(payload)
    if form is Form.LINES:
        return split_lines(payload)
    return [payload]


def split_array(payload: bytes) -> list[bytes]:
    """The elements of a JSON array, wrong ones included: only its own brackets and commas have to be right."""
    text = payload.strip(WHITESPACE)
    elements: list[bytes] = []
    depth = begin = 0
    for match in _STRUCTURE.finditer(text):
        mark = match[0]
        if mark in (b"[", b"{"):
            depth += 1
            begin = begin or match.end()
        elif mark in (b"]", b"}"):
            depth -= 1
        if (depth == 1 and mark == b",") or depth == 0:
            elements.append(text[begin : match.start()].strip(WHITESPACE))
            begin = match.end()
        if depth == 0:
            break
    if depth or begin != len(text) or text[:1] + text[-1:] != b"[]":
        raise Invalid(
            f"{why_not_json(payload)} (plain text that begins with '[' needs the header Content-Type: text/plain)"
        )
    return [] if elements == [b""] else elements


def split_lines(payload: bytes) -> list[bytes]:
    return [stripped for line in payload.split(b"\n") if (stripped := line.strip(WHITESPACE))]


def _is_lines(payload: bytes) -> bool:
    """Whether it is one document a line, rather than a single one, which may be written on many lines, too.

    It is when the first line is complete by itself. With a broken first line it still is when every line begins
    as an object does, unless all of them together are one after all.
    """
    if b"\n" not in payload:
        return False
    lines = split_lines(payload)
    if len(lines) < 2:
        return False
    return _parses(lines[0]) or (all(line.startswith(b"{") for line in lines) and not _parses(payload))


def _parses(payload: bytes) -> bool:
    try:
        from_json(payload)
    except ValueError:
        return False
    return True


def why_not_json(payload: bytes) -> str:
    """The reason why a parser refuses it, for the publisher."""
    if reason := why_not_utf8(payload):
        return reason
    try:
        from_json(payload)
    except ValueError as error:
        return not_json(str(error))
    return "not the JSON that was expected"


def why_not_utf8(payload: bytes) -> str | None:
    try:
        payload.decode()
    except UnicodeDecodeError as error:
        return f"not valid UTF-8: byte 0x{payload[error.start]:02x} at offset {error.start} ({error.reason})"
    return None


def media_type_of(content_type: str) -> str:
    """The media type of a Content-Type header in lower case, without its parameters. UTF-8 is all that is taken."""
    media_type, *parameters = content_type.lower().split(";")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') not in {"utf-8", "utf8", "us-ascii"}:
            raise Invalid(f"the charset {value.strip()!r} is not taken: send UTF-8")
    return media_type.strip()


def is_json(media_type: str) -> bool:
    return media_type == "application/json" or media_type.endswith("+json")
