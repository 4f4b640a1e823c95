"""The ways a request can fail, in words that its caller may read.

An error's message travels to whoever asked; what only the operator should see goes to the log instead.
Codes are HTTP's, because every reader knows them.
"""

from typing import ClassVar


class PostilError(Exception):
    """A failure that its caller may be told about."""

    code: ClassVar[int] = 500
    kind: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something broke inside Postil"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Invalid(PostilError):
    """The message can't be understood, and sending it again won't help."""

    code = 400
    kind = "invalid"
    title = "The request is not valid"


class NotFound(PostilError):
    code = 404
    kind = "not-found"
    title = "There is no such thing"


class Conflict(PostilError):
    """Somebody else got there first, or the same key came with other content."""

    code = 409
    kind = "conflict"
    title = "The request contradicts what is stored"


class TooLarge(PostilError):
    code = 413
    kind = "too-large"
    title = "A limit was exceeded"


class Internal(PostilError):
    pass


class Unavailable(PostilError):
    """Somebody we depend on is away; the same request may succeed later."""

    code = 503
    kind = "unavailable"
    title = "A service is not available"


class NobodyThere(Unavailable):
    """Nobody took the request: it was certainly not done."""


class TimedOut(Unavailable):
    """No answer in time: the work may or may not have been done."""

    code = 504
    kind = "timed-out"
    title = "There was no answer in time"


KINDS: dict[str, type[PostilError]] = {
    error.kind: error for error in (Invalid, NotFound, Conflict, TooLarge, Internal, Unavailable, TimedOut)
}
