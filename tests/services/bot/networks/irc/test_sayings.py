"""A line is said, or certainly not, or nobody knows: and only what is certain is told as certain."""

import pytest

from services.bot.networks.irc.sayings import CONFIRM_SECONDS_MAX, WAIT_SECONDS_MAX, Sayings
from shared.errors import NotFound, TimedOut, Unavailable
from shared.settings import BotSettings


async def test_what_was_sent_before_a_ping_is_confirmed_with_its_answer() -> None:
    sayings = Sayings(10)
    first, second = sayings.add("#den", ["a", "b"], 0.0), sayings.add("#den", ["c"], 0.0)
    assert [sayings.next_line(), sayings.next_line()] == ["a", "b"]
    assert not sayings.wants_confirmation()
    assert sayings.next_line() == "c"
    assert sayings.wants_confirmation()
    early = sayings.ask(0.0)
    third = sayings.add("#den", ["d"], 0.0)
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
        sayings.add("#den", [str(number)], 0.0)
    for _ in range(3):
        sayings.next_line()
        assert not sayings.wants_confirmation()
    sayings.next_line()
    assert sayings.wants_confirmation()


async def test_a_full_queue_turns_away() -> None:
    sayings = Sayings(3)
    sayings.add("#den", ["a", "b"], 0.0)
    with pytest.raises(Unavailable, match="2 lines wait"):
        sayings.add("#den", ["c", "d"], 0.0)
    sayings.next_line()
    sayings.add("#den", ["c", "d"], 0.0)
    assert sayings.waiting_count == 3


async def test_a_part_that_was_not_taken_makes_it_uncertain() -> None:
    sayings = Sayings(10)
    partly, wholly, well = (
        sayings.add("ada", ["a", "b"], 0.0),
        sayings.add("ada", ["c"], 0.0),
        sayings.add("bob", ["d"], 0.0),
    )
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
    first, second = sayings.add("ada", ["a", "b"], 0.0), sayings.add("ada", ["c"], 0.0)
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
    asked, begun, waiting = (
        sayings.add("#a", ["a"], 0.0),
        sayings.add("#a", ["b", "c"], 0.0),
        sayings.add("#a", ["d"], 0.0),
    )
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
        sayings.add("#a", ["e"], 0.0)


async def test_a_line_whose_turn_does_not_come_is_certainly_not_said() -> None:
    sayings = Sayings(10)
    begun, late = sayings.add("#den", ["a", "b"], 0.0), sayings.add("#den", ["c", "d"], 0.0)
    sayings.next_line()
    recent = sayings.add("ada", ["e"], 30.0, alone=True)
    sayings.expire(WAIT_SECONDS_MAX)
    assert not late.done.done()
    sayings.expire(WAIT_SECONDS_MAX + 1)
    with pytest.raises(Unavailable, match="its turn did not come") as caught:
        await late.done
    assert not isinstance(caught.value, TimedOut)
    assert not begun.done.done()
    assert not recent.done.done()
    assert sayings.waiting_count == 2
    assert [sayings.next_line(), sayings.next_line(), sayings.next_line()] == ["b", "e", None]


def test_the_bot_waits_until_a_network_knows() -> None:
    assert BotSettings().confirm_seconds_max > WAIT_SECONDS_MAX + CONFIRM_SECONDS_MAX
