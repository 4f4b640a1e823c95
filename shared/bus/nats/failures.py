"""What nats-py raises, as the errors that the wire promises: the one place where that is decided."""

import asyncio

from nats import errors

from shared.errors import Invalid, PostilError, TimedOut, TooLarge, Unavailable

RAISED_BY_NATS = (errors.Error, OSError, asyncio.TimeoutError)


def translated(error: Exception, doing: str) -> PostilError:
    """The error for whoever asked. `doing` says in words what was tried."""
    match error:
        case errors.NoRespondersError():
            return Unavailable(f"{doing}: nobody is there")
        case errors.MaxPayloadError():
            return TooLarge(f"{doing}: the message is larger than the broker takes")
        case errors.BadSubjectError():
            return Invalid(f"{doing}: that is no subject")
        case errors.BadHeaderError():
            return Invalid(f"{doing}: the header {error.key!r} has a name that can't be sent")
        case TimeoutError():
            return TimedOut(f"{doing}: the broker did not answer in time")
        case _:
            return Unavailable(f"{doing}: {str(error).removeprefix('nats: ') or type(error).__name__}")
