"""The `next` of a page: opaque, and checked when it comes back."""

import base64
import binascii
from hashlib import blake2b

from shared.errors import Invalid

_SEQ_BYTES = 8
_CHECK_BYTES = 4


def cursor_after(tenant: str, collection: str | None, seq: int) -> str:
    """To go on in this listing after the document that was created under this number."""
    place = seq.to_bytes(_SEQ_BYTES)
    return base64.urlsafe_b64encode(place + _check(tenant, collection, place)).decode()


def seq_after(tenant: str, collection: str | None, cursor: str | None) -> int:
    """Where a listing goes on; 0 is its beginning. Raises `Invalid` for anything but a cursor of this listing."""
    if cursor is None:
        return 0
    try:
        raw = base64.b64decode(cursor, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    place, check = raw[:_SEQ_BYTES], raw[_SEQ_BYTES:]
    if len(place) != _SEQ_BYTES or check != _check(tenant, collection, place):
        raise Invalid("after: not a cursor of this listing; use the `next` of its page before")
    return int.from_bytes(place)


def _check(tenant: str, collection: str | None, place: bytes) -> bytes:
    # It guards against mistakes, not against malice: whoever may list may start anywhere anyway.
    listing = f"{tenant}\n{collection or ''}\n".encode()
    return blake2b(listing + place, digest_size=_CHECK_BYTES).digest()
