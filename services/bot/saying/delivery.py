"""One try to have a line said, and what came of it.

A reply that says "unavailable" comes from a network that has not said the line; the same word from our own connection
means that nobody knows.
"""

from contextlib import suppress
from functools import lru_cache
from typing import Literal, NamedTuple

from pydantic import TypeAdapter, ValidationError

from services.bot.command import Place
from shared.bus.bus import ERROR_CODE_HEADER, ERROR_HEADER, Bus
from shared.contracts.chat import Say
from shared.contracts.message import Collection, subject_for
from shared.errors import Invalid, NobodyThere, PostilError, TimedOut, Unavailable
from shared.harmless import one_line

_COLLECTION = TypeAdapter(Collection)
_NOT_SAID = str(Unavailable.code)
_NOT_KNOWN = str(TimedOut.code)
REASON_CHARACTERS_MAX = 200


class Outcome(NamedTuple):
    # Confirmed by its network; perhaps said, never to be said again; certainly not said; not said, and it never will.
    what: Literal["said", "unconfirmed", "undelivered", "refused"]
    reason: str = ""


class Delivering:
    def __init__(self, bus: Bus, seconds_max: float) -> None:
        self._bus = bus
        self._seconds_max = seconds_max

    async def tell(self, tenant: str, say: Say) -> None:
        """To whoever listens, without asking what came of it."""
        with suppress(PostilError):
            check_place(Place(say.network, say.channel))
            await self._bus.publish(tenant, say)

    async def deliver(self, tenant: str, say: Say) -> Outcome:
        try:
            check_place(Place(say.network, say.channel))
            # The bus itself would raise the network's refusal and its own failure as the same error.
            reply = await self._bus.wire.request(
                subject_for(tenant, say.address), say.encode(), seconds_max=self._seconds_max
            )
        except NobodyThere as error:
            return Outcome("undelivered", error.detail)
        except Unavailable as error:
            return Outcome("unconfirmed", error.detail)
        except PostilError as error:
            return Outcome("refused", error.detail)
        code = reply.headers.get(ERROR_CODE_HEADER)
        if code is None:
            return Outcome("said")
        # It will be kept in a document, and whatever answers may have written it.
        reason = one_line(reply.headers.get(ERROR_HEADER, f"the network says {code}"), REASON_CHARACTERS_MAX)
        if code == _NOT_SAID:
            return Outcome("undelivered", reason)
        return Outcome("unconfirmed" if code == _NOT_KNOWN else "refused", reason)


# The same few places are spoken to all day.
@lru_cache(maxsize=4_096)
def can_be_spoken_to(place: Place) -> bool:
    try:
        _COLLECTION.validate_python(place.collection)
    except ValidationError:
        return False
    return "." not in place.network


def check_place(place: Place) -> None:
    if not can_be_spoken_to(place):
        raise Invalid(f"{place.network}.{place.channel} can't be the name of a channel"[:200])
