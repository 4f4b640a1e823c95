"""`claim`, `release`, `claims`: who works on what. The rules are those of `shared.contracts.claims`."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from pydantic import Field, JsonValue

from services.bot.arguments import Span
from services.bot.command import Answer, Call, Command
from services.bot.wording import counted, moment, short, span_in_words
from shared.contracts.claims import (
    ABOUT_CHARACTERS_MAX,
    CLAIMS_COLLECTION,
    Claim,
    claim_id,
    claim_of,
    releasing,
    taking,
)
from shared.contracts.documents import Document, ListDocuments
from shared.errors import Conflict, Invalid
from shared.shelf import Shelf

SPAN = timedelta(hours=1)
SPAN_MIN = timedelta(seconds=10)
SPAN_MAX = timedelta(days=30)
# When somebody else was faster, how often we look again.
TRIES_MAX = 3
SHOWN_COUNT_MAX = 20
SHOWN_CHARACTERS_MAX = 60

Id = Annotated[str, Field(max_length=ABOUT_CHARACTERS_MAX)]


async def _claim(call: Call, id: Id, span: Span = SPAN) -> Answer:
    if not SPAN_MIN <= span <= SPAN_MAX:
        raise Invalid(f"A claim lasts from {span_in_words(SPAN_MIN)} to {span_in_words(SPAN_MAX)}.")
    shelf, seconds = Shelf(call.desk), int(span.total_seconds())
    for _ in range(TRIES_MAX):
        standing = await shelf.get(call.tenant, claim_id(id))
        _refuse_what_is_ending(call, standing)
        draft = taking(id, call.signature, seconds, standing)
        try:
            saved = await shelf.put(call.tenant, draft)
        except Conflict:
            continue
        before = None if standing is None else claim_of(standing)
        number = (saved.version or 0) if before is None else before.number
        claim = Claim(about=id, holder=call.signature, number=number, until=call.at + span)
        done = "is yours" if before is None else "stays yours"
        line = f"{_shown(id)} {done} for {span_in_words(span)}, until {moment(claim.until)}. Its number is {number}."
        return Answer([line], before=_told(before), after=_told(claim))
    raise _too_many_hands(id)


async def _release(call: Call, id: Id) -> Answer:
    shelf = Shelf(call.desk)
    for _ in range(TRIES_MAX):
        standing = releasing(id, call.signature, await shelf.get(call.tenant, claim_id(id)))
        if await shelf.take(call.tenant, standing):
            return Answer([f"{_shown(id)} is free."], before=_told(claim_of(standing)))
    raise _too_many_hands(id)


async def _claims(call: Call) -> Sequence[str]:
    page = await call.ask(ListDocuments(collection=CLAIMS_COLLECTION, limit=SHOWN_COUNT_MAX))
    claims = [claim for document in page.items if (claim := claim_of(document)) and claim.until > call.at]
    if not claims:
        return ["Nobody holds anything."]
    lines = [
        f"{_shown(claim.about)}: {_shown(claim.holder)} until {moment(claim.until)}, number {claim.number}"
        for claim in claims
    ]
    more = page.total - len(page.items)
    return [*lines, f"There are {counted(more, 'claim')} more."] if more > 0 else lines


def _refuse_what_is_ending(call: Call, standing: Document | None) -> None:
    """Its time is up by our clock, but only the database ends it, which it does within a second or so."""
    claim = None if standing is None else claim_of(standing)
    if claim is not None and claim.until <= call.at and claim.holder != call.signature:
        raise Conflict(f"The claim of {_shown(claim.holder)} is just ending: try again in a moment.")


def _told(claim: Claim | None) -> JsonValue:
    return None if claim is None else claim.model_dump(mode="json")


def _shown(text: str) -> str:
    return short(text, SHOWN_CHARACTERS_MAX)


def _too_many_hands(id: str) -> Exception:
    return Conflict(f"Several are reaching for {_shown(id)} at once: try again.")


commands = (
    Command(
        "claim",
        "hold something for a while, an hour if you don't say",
        _claim,
        changes=True,
        examples=("claim T-17", "claim T-17 2h"),
    ),
    Command("release", "give back what you hold", _release, changes=True, examples=("release T-17",)),
    Command("claims", "who holds what", _claims),
)
