"""A point in a tenant's history as a person names it: a sequence number, or a time."""

from datetime import datetime

from shared.errors import Invalid


def point_in_history(written: str) -> int | datetime:
    """A time without a zone is the one on this machine's clock, as the tables show it."""
    if written.isdecimal():
        return int(written)
    try:
        return datetime.fromisoformat(written).astimezone()
    except (ValueError, OverflowError) as error:
        raise Invalid(f"{written!r} is neither a sequence number nor a time such as 2026-01-31T12:00:00Z") from error
