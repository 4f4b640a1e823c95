"""Intake: from the bytes that somebody sent to documents that are sealed, ready to be saved, or the reason why not.

It is pure: time and chance are passed in, and it knows neither bus nor database. Every element is judged by itself,
so a wrong one costs its neighbours nothing. The form of a payload is the business of `forms`, what a document may
hold that of `checks`, and what it is called that of `names`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache, partial
from typing import Annotated

from pydantic import FailFast, TypeAdapter, ValidationError

from services.ingest import cloudevents
from services.ingest.checks import Checks, check_count, check_size
from services.ingest.forms import BYTE_ORDER_MARK, WHITESPACE, Form, elements_of, form_of, why_not_utf8
from services.ingest.names import Naming
from shared.bus.wire import MESSAGE_ID_HEADER, NO_HEADERS, Headers, Place
from shared.contracts.documents import Draft
from shared.contracts.house import HOUSE_PREFIX
from shared.contracts.message import Collection, in_words
from shared.contracts.saving import Sealed, seal
from shared.errors import Invalid, PostilError
from shared.limits import Limits

_COLLECTION: TypeAdapter[str] = TypeAdapter(Collection)
# FailFast, because after the first finding the elements are read one by one anyway.
_ARRAY: TypeAdapter[list[Draft]] = TypeAdapter(Annotated[list[Draft], FailFast()])


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message at a write door. At the `docs` door the subject names the collection, and the stream gives a place."""

    payload: bytes
    headers: Headers = field(default_factory=lambda: NO_HEADERS)
    collection: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """What is not taken in, to the byte, and why. Without an index it is the whole message."""

    reason: PostilError
    original: bytes
    index: int | None = None


def take_in(
    incoming: Incoming, limits: Limits, now: datetime, random_bytes: Callable[[int], bytes]
) -> list[Sealed | Refused]:
    """What the message holds, in its order: at least one entry, and one per element unless it is refused as a whole."""
    try:
        message = _Message(incoming)
        found = message.read(limits)
    except PostilError as reason:
        return [Refused(reason.with_traceback(None), incoming.payload)]
    checks = Checks(limits, now, bytes_at_most=len(message.payload))
    naming = Naming(
        place=incoming.place,
        message_id=message.headers.get(MESSAGE_ID_HEADER.lower()),
        collection=incoming.collection,
        now=now,
        random_bytes=random_bytes,
    )
    taken: list[Sealed | Refused] = []
    for index, draft in enumerate(found):
        try:
            taken.append(_accepted(draft, index, checks, naming, incoming.collection))
        except PostilError as reason:
            taken.append(message.refused(index, reason))
    return taken


def refused_later(incoming: Incoming, index: int, reason: PostilError) -> Refused:
    """The refusal of an element that was taken in, when the database can't save it after all."""
    return _Message(incoming).refused(index, reason)


class _Message:
    """A message whose form is known."""

    def __init__(self, incoming: Incoming) -> None:
        self._incoming = incoming
        self.headers = {name.lower(): value for name, value in incoming.headers.items()}
        self.payload = incoming.payload.removeprefix(BYTE_ORDER_MARK)
        self._form = form_of(self.payload, self.headers)
        if self._form is not Form.EVENT_IN_HEADERS and not self.payload.strip(WHITESPACE):
            raise Invalid("the message is empty")
        if incoming.collection is not None:
            _check_collection(incoming.collection)

    def read(self, limits: Limits) -> Sequence[Draft | PostilError]:
        """Every element as a draft, or why it is none."""
        if self._form is Form.ARRAY and len(self.payload) <= limits.document_bytes_max:
            try:
                drafts = _ARRAY.validate_json(self.payload)
            except ValidationError:
                pass
            else:
                check_count(len(drafts), limits)
                return drafts
        check_count(len(self._elements), limits)
        read = _reader(self._form, self.headers)
        return [_attempt(read, element, limits) for element in self._elements]

    def refused(self, index: int, reason: PostilError) -> Refused:
        # A traceback would keep the whole message in memory for as long as the reason is kept.
        reason = reason.with_traceback(None)
        if self._form.has_elements:
            return Refused(reason, self._elements[index], index)
        return Refused(reason, self._incoming.payload)

    @cached_property
    def _elements(self) -> list[bytes]:
        return elements_of(self.payload, self._form)


def _accepted(draft: Draft | PostilError, index: int, checks: Checks, naming: Naming, collection: str | None) -> Sealed:
    if isinstance(draft, PostilError):
        raise draft
    checks.check(draft)
    home = collection or draft.collection
    if home is None:
        raise Invalid("'collection' is missing: here the document itself has to name it")
    if draft.collection not in {None, home}:
        raise Invalid(f"'collection' is {draft.collection!r}, but the subject says {collection!r}")
    if draft.id is not None and draft.id.startswith(HOUSE_PREFIX) and not home.startswith(HOUSE_PREFIX):
        # Else whoever may write into one collection could take the names of what the house is going to keep.
        raise Invalid(f"'id' begins with {HOUSE_PREFIX!r}, as only those of collections of the house do")
    return seal(draft, naming.id_for(draft, index), home, naming.place_for(index))


def _reader(form: Form, headers: Mapping[str, str]) -> Callable[[bytes], Draft]:
    match form:
        case Form.TEXT:
            return _read_text
        case Form.EVENT | Form.EVENT_ARRAY:
            return cloudevents.read_structured
        case Form.EVENT_IN_HEADERS:
            return partial(cloudevents.read_binary, headers=headers)
        case _:
            return _read_document


def _attempt(read: Callable[[bytes], Draft], element: bytes, limits: Limits) -> Draft | PostilError:
    try:
        check_size(element, limits)
        return read(element)
    except PostilError as reason:
        return reason


def _read_text(element: bytes) -> Draft:
    if reason := why_not_utf8(element):
        raise Invalid(reason)
    return Draft(text=element.decode())


def _read_document(element: bytes) -> Draft:
    try:
        return Draft.model_validate_json(element)
    except ValidationError as error:
        # No document has this field, so asking costs the good ones nothing.
        if b'"specversion"' in element and _has_field("specversion", error):
            return cloudevents.read_structured(element)
        raise Invalid(why_not_utf8(element) or in_words(error)) from error


def _has_field(name: str, error: ValidationError) -> bool:
    return any(finding["loc"] == (name,) for finding in error.errors(include_url=False, include_input=False))


@lru_cache(maxsize=1_024)
def _check_collection(name: str) -> None:
    try:
        _COLLECTION.validate_python(name)
    except ValidationError as error:
        raise Invalid(f"the subject names no collection: {in_words(error)}") from error
