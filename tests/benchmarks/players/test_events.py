"""A listener counts every event, and a round only when it has heard all of it."""

import pytest

from benchmarks.players.events import PAYLOAD_BYTES, Event, Tally, unpacked


def event(number: int, *, of: int = 3, in_round: int = 0, sent_ns: int = 1_000) -> Event:
    return Event(sent_ns, in_round, number, of)


def test_an_event_comes_back_from_its_bytes() -> None:
    sent = Event(sent_ns=2**60, round=7, number=199, of=200)
    assert unpacked(sent.pack()) == sent
    assert len(sent.pack()) == PAYLOAD_BYTES


def test_a_round_lasts_from_the_first_that_was_sent_to_the_last_that_is_heard() -> None:
    tally = Tally()
    assert not tally.hear(event(1, sent_ns=3_000), 9_000)
    assert not tally.hear(event(0, sent_ns=2_000), 9_500)
    assert tally.hear(event(2, sent_ns=4_000), 12_000)
    assert tally.microseconds == [10.0]


def test_a_round_of_one_is_heard_at_once() -> None:
    tally = Tally()
    assert [tally.hear(event(0, of=1, in_round=each), 5_000) for each in range(3)] == [True, True, True]
    assert (tally.heard, tally.microseconds) == (3, [4.0, 4.0, 4.0])


@pytest.mark.parametrize(
    ("numbers", "rounds"),
    [
        pytest.param([0, 1], 0, id="one was lost"),
        pytest.param([0, 1, 1], 0, id="one came twice in the place of another"),
        pytest.param([0, 1, 2, 2], 1, id="one came again when all were there"),
        pytest.param([0, 1, 3], 0, id="one that was not sent"),
    ],
)
def test_what_is_lost_or_doubled_shows(numbers: list[int], rounds: int) -> None:
    tally = Tally()
    for number in numbers:
        tally.hear(event(number), 5_000)
    assert (tally.heard, len(tally.microseconds)) == (len(numbers), rounds)
    assert (tally.heard, len(tally.microseconds)) != (3, 1)


def test_the_next_round_does_not_finish_the_one_before() -> None:
    tally = Tally()
    events = [event(number, in_round=in_round) for in_round, number in [(0, 0), (0, 1), (1, 2), (1, 0), (1, 1)]]
    assert [tally.hear(each, 5_000) for each in events] == [False, False, False, False, True]
