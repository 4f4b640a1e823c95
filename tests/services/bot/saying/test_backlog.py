"""Who is next among the lines that wait, and how many are held."""

from datetime import datetime, timedelta
from random import Random

import pytest

from services.bot.saying.backlog import Backlog, Entry, Waiting
from shared.clock import EPOCH
from shared.contracts.chat import Say


def waiting(id: str, channel: str, due_seconds: int, order: int, tries: int = 0, tenant: str = "main") -> Waiting:
    say = Say(id=id, network="irc", channel=channel, text=id)
    return Waiting(tenant, Entry(say=say, due_at=at(due_seconds), order=order, tries=tries), 1)


def at(seconds: int) -> datetime:
    return EPOCH + timedelta(seconds=seconds)


def ids(lines: object) -> list[str]:
    assert isinstance(lines, list)
    return [line.key[1] for line in lines]


def test_the_place_of_the_first_that_is_due_comes_with_its_older_lines() -> None:
    backlog = Backlog(10)
    backlog.hold(waiting("old", "a", 900, 1, tries=5))
    backlog.hold(waiting("new", "a", 60, 2, tries=1))
    backlog.hold(waiting("reminder", "a", 500, 0))
    backlog.hold(waiting("elsewhere", "b", 61, 3, tries=1))

    assert backlog.next_due() == at(60)
    assert backlog.take(at(59)) == ()
    assert ids(backlog.take(at(60))) == ["old", "new"]
    assert ids(backlog.take(at(61))) == ["elsewhere"]
    assert len(backlog) == 1


def test_of_a_busy_place_nothing_is_due_and_nothing_is_lost() -> None:
    backlog = Backlog(10)
    backlog.hold(waiting("1", "a", 1, 1))
    backlog.hold(waiting("2", "a", 5, 2))
    [first] = backlog.take(at(1))
    backlog.hold(waiting("3", "a", 1, 3))

    assert backlog.next_due() is None
    assert backlog.take(at(9)) == ()
    assert backlog.holds(waiting("2", "a", 5, 2))
    assert not backlog.holds(first)
    backlog.release(first.where)
    assert ids(backlog.take(at(9))) == ["2", "3"]


def test_what_is_due_last_is_let_go_of_and_somebody_is_told() -> None:
    backlog = Backlog(2)
    for number in range(5):
        assert backlog.trim() == {}
        backlog.hold(waiting(str(number), "a", 10 - number, number, tenant="ab"[number % 2]))

    assert backlog.trim() == {"a": at(8), "b": at(9)}
    assert len(backlog) == 2
    assert backlog.next_due() == at(6)


@pytest.mark.parametrize("seed", range(20))
def test_whatever_happens_everything_comes_out_once(seed: int) -> None:
    chance = Random(seed)
    backlog = Backlog(1_000)
    left = {str(number): waiting(str(number), f"c{number % 7}", chance.randrange(100), number) for number in range(100)}
    for each in left.values():
        backlog.hold(each)
    for second in range(100):
        while lines := backlog.take(at(second)):
            assert len({line.where for line in lines}) == 1
            for line in lines:
                assert line.entry.due_at <= at(second)
                del left[line.key[1]]
            backlog.release(lines[0].where)
    assert left == {}
    assert len(backlog) == 0


def test_a_line_that_is_passed_over_again_and_again_takes_no_more_room() -> None:
    backlog = Backlog(5)
    backlog.hold(waiting("later", "a", 9_999, 0))
    for number in range(1_000):
        backlog.hold(waiting(str(number), "a", 1, number))
        [line] = backlog.take(at(1))
        backlog.release(line.where)
    assert len(backlog) == 1
    assert len(backlog._next) <= 20
