"""What a document may hold, beyond its shape: sizes, counts, characters, numbers and times.

The shape itself (fields and their types) is the contract's business. A document that passes here fits into any
JSON reader, any database column and any 64-bit program.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from math import isfinite

import orjson
from pydantic import JsonValue

from shared.contracts.documents import Draft
from shared.errors import Invalid, TooLarge
from shared.limits import Limits

INTEGER_MIN = -(2**63)
INTEGER_MAX = 2**63 - 1

# UTF-8 needs at most four bytes for a character.
BYTES_PER_CHARACTER_MAX = 4
# Compact JSON can be longer than what was sent: 1e15 is written 1000000000000000.0 again.
GROWTH_MAX = 8

_CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Checks:
    """The rules for one message. `bytes_at_most` is a size that none of its documents exceeds."""

    limits: Limits
    now: datetime
    bytes_at_most: int

    def check(self, draft: Draft) -> None:
        """Return if the document is fit to be kept; raise the reason if it isn't."""
        if not draft.text and not draft.title and draft.data is None:
            raise Invalid("the document is empty: it needs a text, a title or data")
        if draft.text:
            self._check_text(draft.text)
        if draft.data is not None:
            self._check_data(draft.data)
        if draft.occurred_at is not None:
            self._check_moment(draft.occurred_at)
        self._check_counts(draft)
        check_short_fields(draft)

    @cached_property
    def _latest(self) -> datetime:
        return self.now + timedelta(seconds=self.limits.clock_ahead_seconds_max)

    def _check_text(self, text: str) -> None:
        if "\0" in text:
            raise Invalid("'text' holds a NUL character (U+0000)")
        limit = self.limits.text_bytes_max
        if len(text) * BYTES_PER_CHARACTER_MAX > limit and (size_bytes := len(text.encode())) > limit:
            raise _too_large("'text' has", size_bytes, "bytes", limit)

    def _check_data(self, data: JsonValue) -> None:
        check_value(data, self.limits.depth_max)
        limit = self.limits.data_bytes_max
        if self.bytes_at_most * GROWTH_MAX > limit and (size_bytes := len(orjson.dumps(data))) > limit:
            raise _too_large("'data' has", size_bytes, "bytes as compact JSON", limit)

    def _check_counts(self, draft: Draft) -> None:
        if len(draft.tags) > self.limits.tags_max:
            raise _too_large("there are", len(draft.tags), "tags", self.limits.tags_max)
        if len(draft.parents) > self.limits.parents_max:
            raise _too_large("there are", len(draft.parents), "parents", self.limits.parents_max)
        if draft.ttl_seconds is not None and draft.ttl_seconds > self.limits.ttl_seconds_max:
            raise TooLarge(f"'ttl_seconds' is above its limit of {self.limits.ttl_seconds_max}")
        if draft.if_version is not None and draft.if_version > INTEGER_MAX:
            raise Invalid("'if_version' is no version: it doesn't fit into 64 bits")

    def _check_moment(self, moment: datetime) -> None:
        if moment > self._latest:
            raise Invalid(
                f"'occurred_at' is {moment.isoformat()}, but here it is {self.now.isoformat()}: "
                f"at most {self.limits.clock_ahead_seconds_max} seconds ahead are taken"
            )
        if moment.year == 1:
            # In another zone it may lie before the first year that there is.
            raise Invalid(f"'occurred_at' is {moment.isoformat()}: the first year that is taken is 2")


def check_size(element: bytes, limits: Limits) -> None:
    if len(element) > limits.document_bytes_max:
        raise _too_large("the document has", len(element), "bytes", limits.document_bytes_max)


def check_count(count: int, limits: Limits) -> None:
    if count == 0:
        raise Invalid("the array is empty: there is nothing to keep")
    if count > limits.documents_max:
        raise _too_large("the message has", count, "documents", limits.documents_max)


def check_short_fields(draft: Draft) -> None:
    """The short fields: they end up in lists, logs and command lines, where a control character is a trap."""
    shorts = [
        draft.id or "",
        draft.kind or "",
        draft.title or "",
        draft.author or "",
        draft.source or "",
        draft.thread or "",
        draft.idempotency_key or "",
        *draft.tags,
        *draft.parents,
    ]
    # Nearly always enough. The search after it is slower, but lets harmless characters pass that aren't printable.
    together = "".join(shorts)
    if not together.isprintable() and (found := _CONTROL_CHARACTER.search(together)):
        raise Invalid(f"'{_field_with(draft, found[0])}' holds the control character U+{ord(found[0]):04X}")
    for name in (draft.id, *draft.parents):
        if name is not None and name != name.strip():
            raise Invalid(f"{name!r} is no id: an id neither begins nor ends with a space")


def check_value(data: JsonValue, depth_max: int) -> None:
    """Any JSON value: nothing in it that another reader of JSON would refuse or change."""
    level: list[JsonValue] = [data]
    depth = 0
    while level:
        below: list[JsonValue] = []
        for value in level:
            if isinstance(value, str):
                if "\0" in value:
                    raise Invalid("'data' holds a NUL character (U+0000)")
            elif isinstance(value, int):
                if not INTEGER_MIN <= value <= INTEGER_MAX:
                    raise Invalid("'data' holds an integer that doesn't fit into 64 bits: send it as a string")
            elif isinstance(value, float):
                if not isfinite(value):
                    raise Invalid("'data' holds a number that JSON doesn't know: NaN, infinite, or beyond 1.8e308")
            elif value is not None:
                if depth == depth_max:
                    raise TooLarge(f"'data' is nested too deeply: the limit is {depth_max} levels")
                if isinstance(value, dict):
                    below += value
                    below += value.values()
                else:
                    below += value
        level = below
        depth += 1


def _field_with(draft: Draft, character: str) -> str:
    for field in ("id", "kind", "title", "author", "source", "thread", "idempotency_key"):
        if character in (getattr(draft, field) or ""):
            return field
    return "tags" if any(character in tag for tag in draft.tags) else "parents"


def _too_large(whose: str, count: int, unit: str, limit: int) -> TooLarge:
    return TooLarge(f"{whose} {count} {unit}; the limit is {limit}")
