"""Values in a document's data: what compares with what, against what Python says of it."""

import random
from collections.abc import Iterator

import pytest
from pydantic import JsonValue

from services.database.search.language.syntax import Comparison, Data, Not
from services.database.search.text.index import TextIndex
from services.database.search.text.leaves import LEAVES_MAX, terms_of
from shared.errors import Invalid
from tests.services.database.search.text.ground import found, present, told

NUMBERS: list[float] = [0, -0.0, 1, 1.5, -1, -1.5, 1e300, -1e300, 5e-324, 7, 255, 256, 1000, 2**53, 2**64 - 1, 3.3333]
TEXTS = [
    *("", "a", "ab", "abc", "b", "é", "\U0001f600", "\U0010ffff", "\0", "a\0", ".*", "A", "2024-01-01", "a\nb"),
    *("z" * 12, "z" * 12 + "!", "z" * 13, "\U0001f600" * 40, "\U0001f600" * 41),
]
COMPARISONS: tuple[Comparison, ...] = ("<", "<=", ">", ">=", "=", "!=")


def holds(one: object, comparison: Comparison, other: object) -> bool:
    """As Python has it, between two of a kind."""
    smaller = one < other if isinstance(one, str) and isinstance(other, str) else float(str(one)) < float(str(other))
    return {
        "<": smaller,
        "<=": smaller or one == other,
        ">": not smaller and one != other,
        ">=": not smaller,
        "=": one == other,
        "!=": one != other,
    }[comparison]


def test_numbers_and_texts_have_the_order_that_they_have(index: TextIndex) -> None:
    chance = random.Random(3)
    numbers = [*NUMBERS, *(chance.uniform(-1_000, 1_000) for _ in range(20))]
    every: list[JsonValue] = [*numbers, *TEXTS]
    told(index, *(present(no, data={"x": value}) for no, value in enumerate(every)))
    for first, values in ((0, every[: len(numbers)]), (len(numbers), every[len(numbers) :])):
        for value in values:
            for comparison in COMPARISONS:
                expected = {first + at for at, other in enumerate(values) if holds(other, comparison, value)}
                if comparison == "!=":
                    # A value of another kind is another value.
                    expected |= set(range(len(every))) - set(range(first, first + len(values)))
                numbers_found = index.matching_numbers(Data("x", comparison, value), 100)[0]
                assert set(numbers_found) == expected, (comparison, value)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TextIndex]:
    """Only asked: no test changes it."""
    index = TextIndex.open(tmp_path_factory.mktemp("library"))
    told(
        index,
        present(
            1,
            data={
                "priority": "high",
                "build": {"number": 7, "ok": True},
                "labels": ["a", "b", ["c"]],
                "items": [{"name": "x"}, {"name": "y"}],
                "snow": 175928847299117063,
            },
        ),
        present(
            2,
            data={
                "priority": "low",
                "build": {"number": "7", "ok": False},
                "labels": ["b", "b"],
                "dotted.key": "yes",
                "nothing": None,
                "long": "x" * 500,
            },
        ),
        present(3, data={"priority": 1, "nothing": 0, "k" * 200: 1, "empty": {}, "none": []}),
        present(4, data=5),
        present(5, data={"a": "sforged"}),
    )
    yield index
    index.close()


@pytest.mark.parametrize(
    ("path", "comparison", "value", "expected"),
    [
        ("priority", "=", "high", [1]),
        ("priority", "=", "High", []),
        ("priority", "!=", "high", [2, 3]),
        ("build.number", "=", 7, [1]),
        ("build.number", "=", 7.0, [1]),
        ("build.number", "=", "7", [2]),
        ("build.number", ">", 6, [1]),
        ("build.ok", "=", True, [1]),
        ("build.ok", "=", 1, []),
        ("build.ok", "!=", True, [2]),
        ("labels", "=", "b", [1, 2]),
        # Any of its items will do: one of them is another.
        ("labels", "!=", "b", [1]),
        ("items.name", "=", "y", [1]),
        ("dotted.key", "=", "yes", [2]),
        ("nothing", "=", None, [2]),
        ("nothing", "!=", None, [3]),
        ("absent", "!=", "x", []),
        ("snow", "=", 175928847299117063, [1]),
        ("snow", "=", 175928847299117064, []),
        ("long", "=", "x" * 500, [2]),
        ("long", "=", "x" * 501, []),
        ("k" * 200, "=", 1, [3]),
        ("k" * 199 + "l", "=", 1, []),
        ("", "=", 5, [4]),
        ("a\0s", "=", "forged", []),
    ],
)
def test_comparisons(
    library: TextIndex, path: str, comparison: Comparison, value: JsonValue, expected: list[int]
) -> None:
    assert found(library, Data(path, comparison, value)) == expected
    assert found(library, Not(Data(path, comparison, value))) == sorted({1, 2, 3, 4, 5} - set(expected))


@pytest.mark.parametrize("comparison", ["<", "<=", ">", ">="])
@pytest.mark.parametrize("value", [None, True])
def test_not_everything_has_an_order(library: TextIndex, comparison: Comparison, value: JsonValue) -> None:
    with pytest.raises(Invalid, match=r"data\.x: only numbers and texts"):
        library.count(Data("x", comparison, value))


@pytest.mark.parametrize("value", [[1], {"a": 1}])
def test_a_value_has_no_parts(library: TextIndex, value: JsonValue) -> None:
    with pytest.raises(Invalid, match=r"data\.x: compare it with"):
        library.count(Data("x", "=", value))


def test_of_too_much_data_the_beginning_is_indexed() -> None:
    many: JsonValue = [{f"k{at}": at} for at in range(LEAVES_MAX * 3)]
    terms = terms_of(many)
    assert len([term for term in terms if term.endswith("\0e")]) == LEAVES_MAX
    assert any(term.startswith("k0\0") for term in terms)
    deep: JsonValue = 1
    for _ in range(20_000):
        deep = {"d": deep}
    # Nobody types such a path.
    assert terms_of(deep) == []
    assert len(terms_of({"x" * 1_000_000: 1, "a": "y" * 1_000_000})) == 2
    assert terms_of(None) == []


def test_a_long_pattern_is_no_burden(index: TextIndex) -> None:
    told(index, present(1, data={"\U0001f600" * 100: "\U0001f600" * 300}))
    for comparison in ("<", "<=", ">", ">="):
        count = index.count(Data("\U0001f600" * 100, comparison, "\U0001f601" * 4_000))
        assert count == (comparison in ("<", "<="))
