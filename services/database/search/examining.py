"""Proves that the indexes and the store agree: every document is in them as it is, and nothing else is.

It looks while everything goes on. What differs may only be on its way, so it is looked at again in the indexing
thread, when everything up to one moment has been taken in, as it was at that moment.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar

from services.database.search.figures.facts import state_of as figures_state_of
from services.database.search.index import Present
from services.database.search.index_set import FIGURES, NAMES, TEXT, VECTORS, IndexSet, present
from services.database.search.text.entries import state_of as text_state_of
from services.database.search.vectors.notes import state_of as vectors_state_of
from services.database.sqlite.following import Follower
from shared.contracts.search import IndexExamination, IndexFinding

READ_COUNT = 1_000
# Of documents that may be of any size.
CONFIRMED_COUNT = 100
EXAMPLES_MAX = 5

ItemT = TypeVar("ItemT")


# What an index should have of a document; None if the document is none of its.
STATE_OF: Mapping[str, Callable[[Present], int | None]] = {
    TEXT: text_state_of,
    VECTORS: vectors_state_of,
    FIGURES: figures_state_of,
}


@dataclass(slots=True)
class Suspicions:
    """By index, the numbers of the documents that differ."""

    differing: dict[str, set[int]]
    documents_read: int = 0
    # What the figures themselves contradict.
    findings: Sequence[IndexFinding] = ()


def suspect(follower: Follower, indexes: IndexSet) -> Suspicions:
    """Look through everything. Some of what differs is only on its way."""
    suspicions = Suspicions({name: set() for name in NAMES})
    after = 0
    while numbers := follower.after(indexes.number, after, READ_COUNT):
        compare(follower, indexes, numbers, suspicions)
        suspicions.documents_read += len(numbers)
        after = numbers[-1]
    with indexes.using() as using:
        for name, index in zip(NAMES, using, strict=True):
            for portion in _in_portions(index.numbers(), READ_COUNT):
                suspicions.differing[name] |= set(portion) - set(follower.ids(portion))
        suspicions.findings = using.figures.examine()
    return suspicions


def confirm(follower: Follower, indexes: IndexSet, suspicions: Suspicions) -> Suspicions:
    """The same for those only, when nothing is on its way."""
    confirmed = replace(suspicions, differing={name: set() for name in NAMES})
    numbers = sorted(set().union(*suspicions.differing.values()))
    for portion in _in_portions(iter(numbers), CONFIRMED_COUNT):
        compare(follower, indexes, portion, confirmed)
    return confirmed


def compare(follower: Follower, indexes: IndexSet, numbers: Sequence[int], suspicions: Suspicions) -> None:
    documents = {document.no: document for document in present(follower, numbers)}
    with indexes.using() as using:
        for name, index in zip(NAMES, using, strict=True):
            states, state_of = index.states(numbers), STATE_OF[name]
            expected = {no: state_of(documents[no]) if no in documents else None for no in numbers}
            suspicions.differing[name] |= {no for no in numbers if states.get(no) != expected[no]}


def examination_of(follower: Follower, indexes: IndexSet, confirmed: Suspicions) -> IndexExamination:
    findings = list(confirmed.findings)
    for name, numbers in confirmed.differing.items():
        build = indexes.building.get(name)
        if build is not None and build.serves:
            findings.append(IndexFinding(index=name, what="it is still being filled from the beginning"))
        elif numbers:
            examples = sorted(numbers)[:EXAMPLES_MAX]
            ids = follower.ids(examples)
            shown = tuple(ids.get(no, f"document number {no}, which is gone") for no in examples)
            findings.append(
                IndexFinding(index=name, what=f"{len(numbers)} documents are not as the store has them", examples=shown)
            )
    return IndexExamination(
        findings=tuple(findings), documents_read=confirmed.documents_read, applied_seq=indexes.applied_seq
    )


def _in_portions(items: Iterator[ItemT], count: int) -> Iterator[list[ItemT]]:
    while portion := list(islice(items, count)):
        yield portion
