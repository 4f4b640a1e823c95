"""What annotations cost is counted once, and stays counted."""

from pydantic import JsonValue

from services.database.search.figures.index import FiguresIndex
from services.database.search.index import Json
from shared.contracts.figures import GetFigures, Spending
from tests.services.database.search.figures.ground import batch, document, note


def paid(at: str, step: str = "summary", **cost: JsonValue) -> dict[str, Json]:
    return {step: note({}, at=at, cost=cost)}


def spent(index: FiguresIndex) -> list[tuple[str, str, int, int, int, int]]:
    index.commit()
    lines = index.figures(GetFigures()).spending
    return [(each.day, each.step, each.annotations, each.tokens_in, each.tokens_out, each.micro_usd) for each in lines]


FIRST, SECOND, LATER = "2026-01-31T23:59:59.000Z", "2026-01-31T23:59:59.500Z", "2026-02-01T00:00:00.000Z"


def test_each_note_is_counted_once_by_day_and_step(index: FiguresIndex) -> None:
    for _ in range(3):
        index.apply(batch(document(1, notes=paid(FIRST, tokens_in=100, micro_usd=7)), document(2, notes=paid(FIRST))))
    assert spent(index) == [("2026-01-31", "summary", 1, 100, 0, 7)]
    index.apply(batch(document(1, notes=paid(SECOND, tokens_out=5) | paid(LATER, "synthesis", tokens_in=1))))
    assert spent(index) == [("2026-02-01", "synthesis", 1, 1, 0, 0), ("2026-01-31", "summary", 2, 100, 5, 7)]
    index.apply(batch(gone=(1, 2)))
    assert len(spent(index)) == 2
    assert index.figures(GetFigures(collection="tickets")).spending == ()


def test_what_is_no_cost_costs_nothing(index: FiguresIndex) -> None:
    odd: list[JsonValue] = ["much", {"tokens_in": -1, "tokens_out": "7", "micro_usd": 2**60}, [1]]
    for no, cost in enumerate(odd, 1):
        index.apply(batch(document(no, notes={"summary": note({}, at=FIRST, cost=cost)})))
    assert spent(index) == [("2026-01-31", "summary", 1, 0, 0, 0)]


def test_sums_are_carried_over_whoever_was_ahead(index: FiguresIndex, other: FiguresIndex) -> None:
    index.apply(batch(document(1, notes=paid(FIRST, tokens_in=1)), document(9, notes=paid(FIRST, tokens_in=10))))
    index.apply(batch(document(1, notes=paid(SECOND, tokens_in=100)), gone=(9,)))
    # The new one has seen the last note only, and one that the old one hasn't.
    newest = document(1, notes=paid(SECOND, tokens_in=100)), document(2, notes=paid(LATER, tokens_in=1000))
    other.apply(batch(*newest))
    expected: list[Spending | tuple[str, str, int, int, int, int]]
    expected = [("2026-02-01", "summary", 1, 1000, 0, 0), ("2026-01-31", "summary", 3, 111, 0, 0)]
    other.carry_over(index)
    assert spent(other) == expected
    other.apply(batch(*newest))
    assert spent(other) == expected
