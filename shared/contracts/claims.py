"""A claim: one holder of something for a while. Whoever keeps to these rules can hold claims, in chat or by program.

A claim is a document, so the database decides who was first, and when it is over: it ends when the document does, and
by nobody else's clock. A document is only written on top of the version that was read. Its number grows whenever the
claim begins anew and stays while its holder renews it: what works for a holder can refuse whoever comes with a number
below one that it has seen. Each holder needs a name of its own, as two of the same name are one.
"""

from datetime import datetime

from pydantic import ValidationError

from shared.contracts.documents import Document, Draft
from shared.contracts.message import Contract
from shared.errors import Conflict, Invalid, NotFound

CLAIMS_COLLECTION = "postil.claims"
# An id is unique in its tenant.
_ID_BEGINNING = "postil.claim."
ABOUT_CHARACTERS_MAX = 200 - len(_ID_BEGINNING)
HOLDER_CHARACTERS_MAX = 500


class Claim(Contract):
    """What is held, by whom, under which number, and until when."""

    about: str
    holder: str
    number: int
    until: datetime

    def __str__(self) -> str:
        return (
            f"{self.holder} holds {self.about} until {self.until:%Y-%m-%d %H:%M:%S} UTC, with the number {self.number}"
        )


class _Kept(Contract):
    """The document's data. A new claim has no number of its own: it is the version that its document gets."""

    about: str
    holder: str
    number: int | None = None


def claim_id(about: str) -> str:
    """The id of the document that says who holds it."""
    if not about or len(about) > ABOUT_CHARACTERS_MAX:
        raise Invalid(f"what is claimed must have 1 to {ABOUT_CHARACTERS_MAX} characters")
    return f"{_ID_BEGINNING}{about}"


def claim_of(document: Document) -> Claim | None:
    """None for a document that is no claim, whoever has put it there."""
    try:
        kept = _Kept.model_validate(document.data)
    except ValidationError:
        return None
    if document.collection != CLAIMS_COLLECTION or document.id != _ID_BEGINNING + kept.about or not document.expires_at:
        return None
    number = document.version if kept.number is None else kept.number
    return Claim(about=kept.about, holder=kept.holder, number=number, until=document.expires_at)


def taking(about: str, holder: str, seconds: int, standing: Document | None) -> Draft:
    """What to put in order to hold it for so long from now, or for so long more. Raises `Conflict` if another does.

    `standing` is what is there now. Whoever is refused for its version was too late: read again, and ask again.
    """
    id = claim_id(about)
    if not holder or len(holder) > HOLDER_CHARACTERS_MAX:
        raise Invalid(f"whoever claims it must have a name of 1 to {HOLDER_CHARACTERS_MAX} characters")
    number = None if standing is None else _held_by(holder, standing).number
    kept = _Kept(about=about, holder=holder, number=number)
    return Draft(
        id=id,
        collection=CLAIMS_COLLECTION,
        kind="claim",
        author=holder,
        data=kept.model_dump(exclude_none=True),
        ttl_seconds=seconds,
        if_version=0 if standing is None else standing.version,
    )


def releasing(about: str, holder: str, standing: Document | None, number: int | None = None) -> Document:
    """The document to delete, at its version. Raises `NotFound` if nobody holds it, `Conflict` if another does.

    Whoever gives the number of a claim gives back no later one.
    """
    if standing is None:
        raise NotFound(f"nobody holds {about}: it was given back, or its time was up")
    claim = _held_by(holder, standing)
    if number is not None and claim.number != number:
        raise Conflict(f"that claim is over; now {claim}")
    return standing


def _held_by(holder: str, standing: Document) -> Claim:
    claim = claim_of(standing)
    if claim is None:
        raise Conflict(f"document {standing.id!r} is there, but it is no claim")
    if claim.holder != holder:
        raise Conflict(str(claim))
    return claim
