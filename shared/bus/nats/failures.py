"""What nats-py raises, as the errors that the wire promises: the one place where that is decided."""

from nats import errors

from shared.errors import Invalid, PostilError, TimedOut, Unavailable

RAISED_BY_NATS = (errors.Error, OSError, TimeoutError)


def translated(error: Exception, doing: str) -> PostilError:
    """The error for whoever asked. `doing` says in words what was tried."""
    match error:
        case errors.BadHeaderError():
            return Invalid(f"{doing}: a header can't have the name {error.key!r}")
        case TimeoutError():
            return TimedOut(f"{doing}: the broker did not answer in time")
        case _:
            return Unavailable(f"{doing}: {str(error).removeprefix('nats: ') or type(error).__name__}")
