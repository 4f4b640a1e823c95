"""Runs that wait to be announced."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from services.database.backlog import Backlog
from services.database.store import Run, StoredChange


def change(seq: int, collection: str = "x", size: int = 10) -> StoredChange:
    return StoredChange(seq, collection, b"." * size)


def run(*seqs: int, collection: str = "x", previous_seq: int = 0, size: int = 10) -> Run:
    return Run("main", collection, previous_seq, [change(seq, collection, size) for seq in seqs])


def backlog_of(*runs: Run, count_max: int = 100, run_count_max: int = 100, run_bytes_max: int = 10_000) -> Backlog:
    backlog = Backlog(count_max=count_max, run_count_max=run_count_max, run_bytes_max=run_bytes_max)
    assert all(backlog.add(each) for each in runs)
    return backlog


def all_of(backlog: Backlog) -> list[Run]:
    announced: list[Run] = []
    while backlog:
        announced.append(backlog.next())
    assert backlog.count == 0
    return announced


def seqs(changes: Sequence[StoredChange]) -> list[int]:
    return [each.seq for each in changes]


def test_runs_that_follow_on_each_other_become_one_announcement() -> None:
    [announcement] = all_of(backlog_of(run(1, 2), run(3, previous_seq=2), run(4, previous_seq=3)))
    assert seqs(announcement.changes) == [1, 2, 3, 4]
    assert announcement.previous_seq == 0


def test_runs_of_different_collections_stay_apart_and_in_order() -> None:
    announced = all_of(backlog_of(run(1), run(2, collection="y"), run(3, previous_seq=1)))
    assert [(each.collection, seqs(each.changes), each.previous_seq) for each in announced] == [
        ("x", [1], 0),
        ("y", [2], 0),
        ("x", [3], 1),
    ]


def test_a_run_that_is_too_long_is_cut_and_each_piece_knows_what_came_before() -> None:
    announced = all_of(backlog_of(run(4, 5, 6, 7, 8, previous_seq=2), run_count_max=2))
    assert [(seqs(each.changes), each.previous_seq) for each in announced] == [([4, 5], 2), ([6, 7], 5), ([8], 7)]


def test_a_change_that_is_larger_than_an_announcement_goes_alone() -> None:
    announced = all_of(backlog_of(run(1), run(2, previous_seq=1, size=999), run(3, previous_seq=2), run_bytes_max=50))
    assert [seqs(each.changes) for each in announced] == [[1], [2], [3]]


def test_there_is_no_room_beyond_the_bound_and_clearing_tells_whose_changes_waited() -> None:
    backlog = backlog_of(run(1, 2, 3), count_max=4)
    assert not backlog.add(run(4, 5))
    assert backlog.clear() == {"main"}
    assert (backlog.count, bool(backlog)) == (0, False)


@given(
    lengths=st.lists(st.tuples(st.sampled_from("xyz"), st.integers(1, 6)), max_size=30),
    run_count_max=st.integers(1, 8),
    run_bytes_max=st.integers(1, 120),
)
def test_whatever_waits_comes_out_once_in_order_and_within_the_bounds(
    lengths: list[tuple[str, int]], run_count_max: int, run_bytes_max: int
) -> None:
    backlog = Backlog(count_max=10_000, run_count_max=run_count_max, run_bytes_max=run_bytes_max)
    seq, newest = 0, {"x": 0, "y": 0, "z": 0}
    for collection, length in lengths:
        backlog.add(run(*range(seq + 1, seq + length + 1), collection=collection, previous_seq=newest[collection]))
        seq += length
        newest[collection] = seq
    before = {"x": 0, "y": 0, "z": 0}
    expected = 1
    for announcement in all_of(backlog):
        assert seqs(announcement.changes) == list(range(expected, expected + len(announcement.changes)))
        assert announcement.previous_seq == before[announcement.collection]
        assert len(announcement.changes) <= run_count_max
        size = sum(len(each.json) + 1 for each in announcement.changes)
        assert size <= run_bytes_max or len(announcement.changes) == 1
        expected += len(announcement.changes)
        before[announcement.collection] = expected - 1
    assert expected == seq + 1
