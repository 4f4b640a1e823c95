"""Credentials and personal data: what they are and where they stand, so that others can take them out.

What was found is never written down itself: an annotation lives longer, and is seen by more people, than the document.
"""

from pydantic import JsonValue

from services.analysis.step import Step
from services.analysis.words.credentials import credentials
from services.analysis.words.fields import FieldName, Finder, Spot, fields_of, without_overlaps
from services.analysis.words.personal import personal_data
from shared.contracts.documents import Document

_FINDERS: tuple[Finder, ...] = (credentials, personal_data)
_COUNT_MAX = 1_000


def _secrets(document: Document) -> JsonValue:
    found: list[JsonValue] = []
    for name, text in fields_of(document):
        found += [_written(name, spot) for spot in _spots(text)]
    return {"secrets": found}


def _spots(text: str) -> list[Spot]:
    spots = without_overlaps(spot for finder in _FINDERS for spot in finder(text))
    if len(spots) <= _COUNT_MAX:
        return spots
    # Nobody reads on there; and whoever takes out what was found takes out the rest with it.
    return [*spots[:_COUNT_MAX], Spot("unchecked", spots[_COUNT_MAX].start, len(text), confidence=0.5)]


def _written(name: FieldName, spot: Spot) -> JsonValue:
    """With the last characters, where people know their own card or account by these."""
    written: dict[str, JsonValue] = {
        "kind": spot.kind,
        "field": name,
        "span": [spot.start, spot.end],
        "confidence": spot.confidence,
    }
    return written | {"ends_with": spot.value} if spot.value else written


step = Step(name="secrets", version=1, annotate=_secrets)
