"""Feedback, from anyone: listed, summed up, and left out where it makes no sense."""

import pytest

from services.database.search.figures.index import FiguresIndex
from services.database.search.index import Present
from shared.clock import from_milliseconds
from shared.contracts.feedback import FeedbackItem, FeedbackSummary
from tests.services.database.search.figures.ground import NOON, batch, document, opinion


def test_a_piece_is_listed_as_it_was_given(index: FiguresIndex) -> None:
    index.apply(
        batch(opinion(3, about="d1", step="summary", step_version=2, stars=4, correction="No: disk 3.", other=1))
    )
    index.commit()
    expected = FeedbackItem(
        id="d3", about="d1", step="summary", step_version=2, stars=4, correction="No: disk 3.", author="bob",
        at=from_milliseconds(NOON),
    )  # fmt: skip
    assert index.feedback(None, None, 10) == ([expected], None)


def test_the_newest_come_first_page_by_page(index: FiguresIndex) -> None:
    steps = ("summary", "keywords")
    index.apply(batch(*(opinion(no, about=f"d{no % 3}", step=steps[no % 2], thumb="up") for no in range(1, 31))))
    index.commit()
    seen: list[str] = []
    before: int | None = None
    while True:
        page, before = index.feedback("d1", None, 4, before)
        seen += [each.id for each in page]
        if before is None:
            break
    assert seen == [f"d{no}" for no in range(28, 0, -3)]
    assert [each.id for each in index.feedback("d1", "summary", 2)[0]] == ["d28", "d22"]
    assert [each.id for each in index.feedback(None, "keywords", 2)[0]] == ["d29", "d27"]
    assert [each.id for each in index.feedback(None, None, 1, 10**30)[0]] == ["d30"]
    assert index.feedback("nothing", None, 2) == ([], None)


def test_sums_follow_what_is_there(index: FiguresIndex) -> None:
    index.apply(
        batch(
            opinion(1, about="d9", step="summary", step_version=2, thumb="up", stars=5),
            opinion(2, about="d9", step="summary", step_version=2, stars=2, correction="x"),
            opinion(3, about="d9", step="summary", thumb="down"),
            opinion(4, about="d9", query="disk", thumb="up"),
        )
    )
    index.apply(batch(opinion(3, about="d9", version=2, step="summary", step_version=2, thumb="down")))
    index.commit()
    second = FeedbackSummary(step="summary", step_version=2, up=1, down=1, stars=2, stars_mean=3.5, corrections=1)
    assert index.feedback_summary() == [FeedbackSummary(up=1), second]
    assert index.feedback_summary("summary") == [second]
    index.apply(batch(gone=(1, 2, 3)))
    index.commit()
    assert index.feedback_summary() == [FeedbackSummary(up=1)]


@pytest.mark.parametrize(
    "odd",
    [
        opinion(1, about="d1"),
        opinion(1, thumb="up"),
        opinion(1, about="d1", thumb="sideways"),
        opinion(1, about="d1", stars=6),
        opinion(1, about="d1", stars=True),
        opinion(1, about="d1", thumb="up", step="summary", query="both"),
        opinion(1, about="d1", thumb="up", step="summary", step_version="1"),
        opinion(1, about="d1", thumb="up", step_version=2**40),
        opinion(1, about="d1", thumb="up", kind="note"),
        document(1, "postil.feedback", kind="feedback", data="up"),
        document(1, "postil.feedback"),
    ],
)
def test_what_is_no_feedback_is_counted_and_left_out(index: FiguresIndex, odd: Present) -> None:
    index.apply(batch(odd))
    index.commit()
    assert (index.malformed, index.feedback(None, None, 5), index.feedback_summary()) == (1, ([], None), [])
    index.apply(batch(gone=(1,)))
    assert index.malformed == 0
