"""A line is said, or certainly not, or nobody knows: and only what is certain is told as certain."""

import pytest

from services.bot.networks.irc.sayings import Sayings
from shared.errors import NotFound, TimedOut, Unavailable


async def test_what_was_sent_before_a_ping_is_confirmed_with_its_answer() -> None:
    sayings = Sayings(10)
    first, second = sayings.add("#den", ["a", "b"]), sayings.add("#den", ["c"])
    assert [sayings.next_line(), sayings.next_line()] == ["a", "b"]
    assert not sayings.wants_confirmation()
    assert sayings.next_line() == "c"
    assert sayings.wants_confirmation()
    early = sayings.ask(0.0)
    third = sayings.add("#den", ["d"])
    assert sayings.next_line() == "d"
    late = sayings.ask(0.0)
    sayings.confirm("unknown")
    assert not first.done.done()
    sayings.confirm(early)
    assert (first.done.done(), second.done.done(), third.done.done()) == (True, True, False)
    sayings.confirm(late)
    await third.done


async def test_many_lines_are_confirmed_on_the_way() -> None:
    sayings = Sayings(10)
    for number in range(6):
        sayings.add("#den", [str(number)])
    for _ in range(3):
        sayings.next_line()
        assert not sayings.wants_confirmation()
    sayings.next_line()
    assert sayings.wants_confirmation()


async def test_a_full_queue_turns_away() -> None:
    sayings = Sayings(3)
    sayings.add("#den", ["a", "b"])
    with pytest.raises(Unavailable, match="2 lines wait"):
        sayings.add("#den", ["c", "d"])
    sayings.next_line()
    sayings.add("#den", ["c", "d"])
    assert sayings.waiting_count == 3


async def test_a_part_that_was_not_taken_makes_it_uncertain() -> None:
    sayings = Sayings(10)
    partly, wholly, well = sayings.add("ada", ["a", "b"]), sayings.add("ada", ["c"]), sayings.add("bob", ["d"])
    while sayings.next_line():
        pass
    token = sayings.ask(0.0)
    sayings.refuse("ada", "401", "gone")
    sayings.confirm(token)
    await well.done
    await wholly.done
    with pytest.raises(TimedOut, match="only a part"):
        await partly.done


async def test_each_error_is_for_one_line() -> None:
    sayings = Sayings(10)
    first, second = sayings.add("ada", ["a", "b"]), sayings.add("ada", ["c"])
    while sayings.next_line():
        pass
    token = sayings.ask(0.0)
    for _ in range(4):
        sayings.refuse("ada", "401", "gone")
    sayings.confirm(token)
    for saying in (first, second):
        with pytest.raises(NotFound, match="gone"):
            await saying.done


async def test_a_lost_connection() -> None:
    sayings = Sayings(10)
    asked, begun, waiting = sayings.add("#a", ["a"]), sayings.add("#a", ["b", "c"]), sayings.add("#a", ["d"])
    sayings.next_line()
    sayings.ask(0.0)
    sayings.next_line()
    sayings.lose("it broke")
    for saying in (asked, begun):
        with pytest.raises(TimedOut, match="it broke"):
            await saying.done
    with pytest.raises(Unavailable, match="it broke") as caught:
        await waiting.done
    assert not isinstance(caught.value, TimedOut)
    with pytest.raises(Unavailable, match="it broke"):
        sayings.add("#a", ["e"])
