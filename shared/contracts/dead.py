"""Dead letters: what could not be processed, whole, with the reason, so that it can be mended and replayed."""

import base64
from datetime import datetime
from typing import ClassVar, Literal

from shared.contracts.message import Event
from shared.contracts.problem import Problem


class DeadLetter(Event):
    """`payload` is what the publisher sent, to the byte: as text if it is UTF-8, else in base64.

    Where that is longer than the broker takes, it is the beginning, and `cut_from_bytes` says how long the whole was.
    """

    durable: ClassVar[bool] = True

    subject: str
    problem: Problem
    attempts: int
    at: datetime
    headers: dict[str, str] = {}
    payload: str
    encoding: Literal["utf-8", "base64"] = "utf-8"
    cut_from_bytes: int | None = None
    stream_seq: int | None = None
    index: int | None = None

    @property
    def address(self) -> str:
        return "dead"

    @property
    def original(self) -> bytes:
        return base64.b64decode(self.payload) if self.encoding == "base64" else self.payload.encode()


def as_text(payload: bytes) -> tuple[str, Literal["utf-8", "base64"]]:
    """Bytes in the form that a dead letter carries them."""
    try:
        return payload.decode(), "utf-8"
    except UnicodeDecodeError:
        return base64.b64encode(payload).decode(), "base64"
