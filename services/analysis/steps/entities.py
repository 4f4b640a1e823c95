"""The things that a document names: addresses, tickets, commits, money, dates, versions, people; and where."""

import re
from itertools import islice

from pydantic import JsonValue

from services.analysis.step import Step
from services.analysis.words.addresses import emails, hosts, ip_addresses, mentions, urls
from services.analysis.words.amounts import money, versions
from services.analysis.words.dates import dates
from services.analysis.words.fields import FieldName, Finder, Spot, fields_of, without_overlaps
from services.analysis.words.references import checksums_and_commits, tickets
from shared.contracts.documents import Document

# Of two that overlap the earlier kind stays: a URL's host is no host of its own, a date no version.
_FINDERS: tuple[Finder, ...] = (
    urls,
    emails,
    checksums_and_commits,
    dates,
    money,
    ip_addresses,
    tickets,
    mentions,
    versions,
    hosts,
)
_DIGIT = re.compile("[0-9]")
_DIGITS_NEEDED = frozenset({checksums_and_commits, dates, money, tickets, versions})
# A document that has more of one kind is a list of them: what follows is left out, of every kind.
_COUNT_MAX = 500


def _entities(document: Document) -> JsonValue:
    found: list[JsonValue] = []
    is_cut = False
    for name, text in fields_of(document):
        spots, was_cut = _spots(text)
        found += [_written(name, text, spot) for spot in spots]
        is_cut = is_cut or was_cut
    return {"entities": found[:_COUNT_MAX], "truncated": is_cut or len(found) > _COUNT_MAX}


def _spots(text: str) -> tuple[list[Spot], bool]:
    has_digits = _DIGIT.search(text) is not None
    end = len(text)
    spots: list[Spot] = []
    for finder in _FINDERS:
        if has_digits or finder not in _DIGITS_NEEDED:
            found = list(islice(finder(text), _COUNT_MAX))
            if len(found) == _COUNT_MAX:
                end = min(end, found[-1].end)
            spots += found
    if not spots:
        return [], False
    return [spot for spot in without_overlaps(spots) if spot.end <= end], end < len(text)


def _written(name: FieldName, text: str, spot: Spot) -> JsonValue:
    written = text[spot.start : spot.end]
    return {"kind": spot.kind, "text": written, "value": spot.value, "field": name, "span": [spot.start, spot.end]}


step = Step(name="entities", version=1, annotate=_entities)
