"""What comes of asking an endpoint once."""

from typing import NamedTuple

from shared.breaker import Sick


class Completion(NamedTuple):
    text: str
    # None if the endpoint doesn't say, or says what can't be.
    tokens_in: int | None
    tokens_out: int | None


class EndpointFailed(Exception):
    """`is_paid` if it may have worked on the question; `pause_seconds` if it says when to ask again."""

    def __init__(self, reason: str, *, is_paid: bool = False, pause_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_paid = is_paid
        self.pause_seconds = pause_seconds


class EndpointSick(EndpointFailed, Sick):
    """It would most likely have failed with any other question as well."""
