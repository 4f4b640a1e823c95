"""What a batch changes in the figures, added up before anything is written. Pure.

A document is counted once, at its author in its collection; that is carried up to the collection, the author and the
tenant when the batch is complete.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import TypeVar

from services.database.search.figures.documents import Known
from services.database.search.figures.facts import Facts
from shared.contracts.house import is_kept_apart

# A collection and an author, of which either may be empty: all of them.
Scope = tuple[str, str]
MINUTE, HOUR, HOURS = 60_000, 3_600_000, 24
FAR = 1 << 62

KeyT = TypeVar("KeyT")


# Most documents come from those who have just written.
@lru_cache(maxsize=16_384)
def scope_number(scope: Scope) -> int:
    """A name's own number: nobody has to hand them out, and it is the same in every file. No collection has a line
    break in it."""
    digest = blake2b("\n".join(scope).encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


@dataclass(slots=True)
class Tally:
    documents: int = 0
    first: int = FAR
    last: int = -FAR
    hours: dict[int, int] = field(default_factory=dict)
    # Of new documents alone: nothing ever leaves a minute.
    minutes: dict[int, int] = field(default_factory=dict)
    languages: dict[str, int] = field(default_factory=dict)
    words: dict[str, int] = field(default_factory=dict)

    def count(self, counted: Facts | Known, by: int) -> None:
        self.documents += by
        hour = counted.created // HOUR % HOURS
        self.hours[hour] = self.hours.get(hour, 0) + by
        if counted.language:
            self.languages[counted.language] = self.languages.get(counted.language, 0) + by
        words = self.words
        for word in counted.words:
            words[word] = words.get(word, 0) + by

    def see(self, created: int, is_new: bool) -> None:
        if created < self.first:
            self.first = created
        if created > self.last:
            self.last = created
        if is_new:
            minute = created // MINUTE
            self.minutes[minute] = self.minutes.get(minute, 0) + 1

    def add(self, other: "Tally") -> None:
        self.documents += other.documents
        self.first = min(self.first, other.first)
        self.last = max(self.last, other.last)
        _add_all(self.hours, other.hours)
        _add_all(self.minutes, other.minutes)
        _add_all(self.languages, other.languages)
        _add_all(self.words, other.words)


class Tallies:
    def __init__(self) -> None:
        self._leaves: defaultdict[Scope, Tally] = defaultdict(Tally)

    def add(self, facts: Facts, is_new: bool) -> None:
        tally = self._leaves[facts.collection, facts.author]
        tally.count(facts, 1)
        tally.see(facts.created, is_new)

    def subtract(self, known: Known) -> None:
        self._leaves[known.collection, known.author].count(known, -1)

    def scopes(self) -> Mapping[Scope, Tally]:
        """For all the scopes that are touched. What is the house's own isn't counted."""
        sums: defaultdict[Scope, Tally] = defaultdict(Tally)
        for (collection, author), leaf in self._leaves.items():
            if is_kept_apart(collection):
                continue
            sums[collection, ""].add(leaf)
            if author:
                sums["", author].add(leaf)
                sums[collection, author] = leaf
        # From the collections, of which there are fewer.
        tenant = Tally()
        for (_, author), tally in sums.items():
            if not author:
                tenant.add(tally)
        if sums:
            sums["", ""] = tenant
        return sums


def _add_all(counts: dict[KeyT, int], others: dict[KeyT, int]) -> None:
    if not counts:
        counts.update(others)
        return
    for key, by in others.items():
        counts[key] = counts.get(key, 0) + by
