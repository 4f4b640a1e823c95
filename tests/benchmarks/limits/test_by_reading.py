"""Who reads finds what is there, and nothing else."""

import pytest
from pydantic import JsonValue

from benchmarks.limits.by_reading import Kind, Question, read

DOCUMENTS: list[tuple[int, dict[str, JsonValue]]] = [
    (1, {"text": "Harbour lights fade. Over the bay. See OPS-7.", "collection": "notes", "kind": "note"}),
    (2, {"text": "the bay harbours ships", "collection": "chat", "kind": "message"}),
    (3, {"text": "Lights.", "collection": "notes", "kind": "note"}),
]


@pytest.mark.parametrize(
    ("kind", "words", "collection", "numbers"),
    [
        ("all", ["lights"], None, [1, 3]),
        ("all", ["bay", "harbour"], None, [1]),
        ("all", ["bay"], "chat", [2]),
        ("all", ["light"], None, []),
        ("phrase", ["fade", "over"], None, [1]),
        ("phrase", ["over", "fade"], None, []),
        ("prefix", ["harb"], None, [1, 2]),
        ("prefix", ["arb"], None, []),
        ("any", ["fade", "ships"], None, [1, 2]),
        ("all", ["ops"], None, [1]),
    ],
)
def test_finds(kind: Kind, words: list[str], collection: str | None, numbers: list[int]) -> None:
    question = Question(kind, words, collection)
    read([question], DOCUMENTS)
    assert question.numbers == numbers
    assert question.counts["collection"].total() == len(numbers)


def test_counts_what_is_found_where() -> None:
    question = Question("all", ["lights"])
    read([question], DOCUMENTS[:2])
    read([question], DOCUMENTS[2:])
    assert question.counts == {"collection": {"notes": 2}, "kind": {"note": 2}}
