"""What a search has to find, found by nothing but reading every document: slow, plain, and no index's relative.

Documents of the made-up corpus consist of words between spaces, so a word is in one if it stands there between spaces.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import JsonValue

from shared.contracts.search import Facet

Kind = Literal["all", "phrase", "prefix", "any"]
FACETS: Sequence[Facet] = ("collection", "kind")


@dataclass(slots=True)
class Question:
    """Words in a collection or in all of them, and the numbers of the documents that answer it."""

    kind: Kind
    words: Sequence[str]
    collection: str | None = None
    numbers: list[int] = field(default_factory=list)
    counts: Mapping[str, Counter[JsonValue]] = field(default_factory=lambda: {name: Counter() for name in FACETS})
    _parts: Sequence[str] = field(init=False)

    def __post_init__(self) -> None:
        together = " ".join(self.words)
        parts = {"phrase": [f" {together} "], "prefix": [f" {together}"]}
        self._parts = parts.get(self.kind) or [f" {word} " for word in self.words]

    def is_answered_by(self, said: str, collection: JsonValue) -> bool:
        if self.collection is not None and collection != self.collection:
            return False
        found = (part in said for part in self._parts)
        return any(found) if self.kind == "any" else all(found)


def read(questions: Sequence[Question], documents: Sequence[tuple[int, Mapping[str, JsonValue]]]) -> None:
    """These documents, too."""
    for no, document in documents:
        said = spoken(document)
        for question in questions:
            if question.is_answered_by(said, document["collection"]):
                question.numbers.append(no)
                for name in FACETS:
                    question.counts[name][document[name]] += 1


def spoken(document: Mapping[str, JsonValue]) -> str:
    """Its words in small letters, each between spaces. Its title repeats the beginning of its text."""
    text = str(document["text"]).lower()
    return f" {text.replace('. ', ' ').replace('.', ' ').replace('-', ' ')} "
