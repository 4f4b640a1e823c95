"""A file that is of no use says so; a new one takes over what can't be made anew."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.database.search.figures.file import NAME
from services.database.search.figures.index import FiguresIndex
from services.database.search.index import Outdated
from services.database.sqlite import driver
from shared.contracts.figures import GetFigures
from tests.services.database.search.figures.ground import NOON, batch, document, query

HOUR = 3_600_000


def filled(folder: Path) -> Path:
    index = FiguresIndex.open(folder)
    for start in range(1, 2_001, 500):
        index.apply(batch(*(document(no, author=f"a{no}") for no in range(start, start + 500))))
        index.commit()
    index.close()
    return folder / NAME


def test_a_file_of_another_form_is_outdated(folder: Path) -> None:
    connection = driver.connect(str(filled(folder)), busy_seconds_max=1)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(Outdated, match="another form"):
        FiguresIndex.open(folder)


@pytest.mark.parametrize("content", [b"not a database at all " * 100, b"SQLite format 3\0" + b"\xff" * 5_000])
def test_a_file_of_something_else_is_outdated(folder: Path, content: bytes) -> None:
    folder.mkdir()
    (folder / NAME).write_bytes(content)
    with pytest.raises(Outdated):
        FiguresIndex.open(folder)


def test_damage_in_the_middle_is_found_when_it_is_met(folder: Path) -> None:
    path = filled(folder)
    with path.open("r+b") as file:
        file.seek(8 * 4_096)
        file.write(b"\xa5" * (path.stat().st_size - 9 * 4_096))
    with pytest.raises(Outdated, match="damaged"):
        expect_everything_readable(folder)


def expect_everything_readable(folder: Path) -> None:
    index = FiguresIndex.open(folder)
    try:
        index.apply(batch(*(document(no, author="other") for no in range(1, 2_001))))
        index.commit()
    finally:
        index.close()


def test_an_empty_file_is_a_new_one(folder: Path) -> None:
    folder.mkdir()
    (folder / NAME).touch()
    index = FiguresIndex.open(folder)
    assert (index.applied, index.documents) == (0, 0)
    assert index.bytes > 0
    index.close()


def test_marks_and_matches_are_carried_over(index: FiguresIndex, other: FiguresIndex) -> None:
    index.apply(batch(query(1, "disks", query="disk"), document(2, at=NOON - HOUR), document(3), document(4, "b")))
    index.matched("disks", [(3, 1), (2, 1)])
    index.apply(batch(gone=(2, 4)))
    left = query(1, "disks", query="disk"), document(3), document(5, author="bob", at=NOON + HOUR)
    other.apply(batch(*left))
    other.carry_over(index)
    other.commit()
    for collection, count, documents in ((None, 2, 2), ("b", 1, 0)):
        figures = other.figures(GetFigures(collection=collection))
        assert figures.high_water is not None
        assert (figures.high_water.documents, figures.documents) == (count, documents)
    whole, ann = other.figures(GetFigures()), other.figures(GetFigures(author="ann"))
    assert whole.first_at == ann.first_at == index.figures(GetFigures()).first_at
    assert (whole.authors, sum(whole.hours)) == (2, 2)
    assert other.outbox(10) == index.outbox(10)
    assert [each.no for each in other.outbox(10)] == [3, 2]
    assert other.standing()[0].matches == 2
    assert other.matched("disks", [(3, 1)]) == []
    assert other.examine() == []
    other.apply(batch(document(6, "b")))
    assert other.applied == 6


def test_others_read_while_one_writes(index: FiguresIndex) -> None:
    def ask() -> int:
        seen = 0
        while seen < 100:
            figures = index.figures(GetFigures(collection="tickets"))
            assert sum(figures.hours) == figures.documents >= seen
            assert figures.documents % 10 == 0
            assert figures.applied_seq == figures.documents
            seen = figures.documents
        return seen

    with ThreadPoolExecutor(3) as threads:
        asking = [threads.submit(ask) for _ in range(3)]
        for start in range(1, 101, 10):
            for half in (start, start + 5):
                index.apply(batch(*(document(no) for no in range(half, half + 5))))
            index.commit()
        assert [each.result(timeout=20) for each in asking] == [100, 100, 100]
