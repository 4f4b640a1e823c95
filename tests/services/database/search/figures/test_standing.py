"""Standing queries, and matches that are announced once."""

from pathlib import Path

from services.database.search.figures.index import FiguresIndex
from services.database.search.figures.standing import Due
from shared.contracts.search import Filter
from shared.contracts.standing import StandingQuery
from tests.services.database.search.figures.ground import batch, document, query


def test_queries_are_listed_before_they_are_committed(index: FiguresIndex) -> None:
    index.apply(
        batch(
            query(4, "disks", query="disk", filter={"tag": ["ops"]}, channel="irc.ops", more=1),
            query(2, "all", query=""),
        )
    )
    disks = StandingQuery(
        name="disks", query="disk", filter=Filter(tag=("ops",)), author="eve", channel="irc.ops", since_seq=4
    )
    assert index.standing() == [StandingQuery(name="all", query="", author="eve", since_seq=2), disks]
    assert [each.name for each in index.standing(limit=1)] == ["all"]
    index.apply(batch(gone=(2, 4)))
    assert index.standing() == []


def test_what_is_no_query_is_left_out(index: FiguresIndex) -> None:
    index.apply(
        batch(query(1, "no good", query="x"), query(2, "lost"), document(3, "postil.queries"), query(4, "ok", query=""))
    )
    assert ([each.name for each in index.standing()], index.malformed) == (["ok"], 3)
    index.apply(batch(query(4, "ok", version=2, query=["x"])))
    assert (index.standing(), index.malformed) == ([], 4)


def test_a_match_is_new_once_for_each_version(index: FiguresIndex) -> None:
    index.apply(batch(query(1, "disks", query="disk"), document(7), document(8)))
    assert index.matched("disks", [(7, 1), (8, 1)]) == [(7, 1), (8, 1)]
    assert index.matched("disks", [(7, 1), (8, 2)]) == [(8, 2)]
    assert index.matched("others", [(7, 1)]) == [(7, 1)]
    assert index.matched("disks", []) == []
    assert index.outbox(10) == []
    index.commit()
    assert [each[1:] for each in index.outbox(10)] == [
        ("disks", 7, 1),
        ("disks", 8, 1),
        ("disks", 8, 2),
        ("others", 7, 1),
    ]
    assert index.outbox(1) == [Due("disks.7.1", "disks", 7, 1)]
    assert index.standing()[0].matches == 3
    # Saved again, it is the same one.
    index.apply(batch(query(1, "disks", version=2, query="disks")))
    assert index.matched("disks", [(7, 1)]) == []
    assert index.standing()[0].matches == 3


def test_what_was_sent_is_not_sent_again(folder: Path) -> None:
    first = FiguresIndex.open(folder)
    first.apply(batch(query(1, "disks", query="disk")))
    first.matched("disks", [(7, 1), (8, 1), (9, 1)])
    first.commit()
    first.sent([first.outbox(1)[0].key])
    # In the middle of a batch, it is written with it.
    first.apply(batch(document(20)))
    first.sent([first.outbox(1)[0].key])
    first.close()
    again = FiguresIndex.open(folder)
    assert [each.no for each in again.outbox(10)] == [8, 9]
    assert again.matched("disks", [(7, 1)]) == []
    again.close()


def test_a_dropped_query_begins_anew(index: FiguresIndex) -> None:
    index.apply(batch(query(1, "disks", query="disk")))
    index.matched("disks", [(7, 1)])
    index.apply(batch(query(9, "disks", query="disk"), gone=(1,)))
    assert index.matched("disks", [(7, 1)]) == [(7, 1)]
    assert index.standing()[0].matches == 1
