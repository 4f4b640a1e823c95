"""Limits: so many commands a minute for a person and for a channel, cooldowns, and nobody is told twice."""

from datetime import datetime, timedelta
from random import Random

from services.bot.command import Call, Command, Person, Place
from services.bot.listening.limits import KNOWN_COUNT_MAX, Limits, Refusal
from services.bot.rehearsal import ADA, HERE, MOMENT, RehearsalDesk
from shared.settings import BotSettings, Role

SETTINGS = BotSettings(person_count_max=3, channel_count_max=5)


class HandClock:
    def __init__(self) -> None:
        self.moment = MOMENT

    def now(self) -> datetime:
        return self.moment

    def wait(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


async def nothing(call: Call) -> str:
    return ""


PLAIN = Command(word="stats", help="how many", work=nothing)
SLOW = Command(word="summary", help="what it is about", work=nothing, cooldown_seconds=30)


def call(who: Person = ADA, place: Place = HERE, command: Command = PLAIN) -> Call:
    return Call(RehearsalDesk(), "main", place, who, MOMENT, Random(1), command)


class Gate:
    def __init__(self) -> None:
        self.clock = HandClock()
        self.limits = Limits(self.clock)

    def ask(self, who: Person = ADA, place: Place = HERE, role: Role = "member", times: int = 1) -> list[str]:
        """What becomes of each call: done, told, or silence."""
        return [_word(self.limits.refusal(call(who, place), role, SETTINGS)) for _ in range(times)]


def _word(refusal: Refusal | None) -> str:
    return "done" if refusal is None else "told" if refusal.text else "silence"


def test_who_gives_too_many_is_told_once_and_then_met_with_silence() -> None:
    gate = Gate()
    assert gate.ask(times=6) == ["done"] * 3 + ["told"] + ["silence"] * 2
    gate.clock.wait(20)
    assert gate.ask(times=3) == ["done", "silence", "silence"]
    gate.clock.wait(60)
    assert gate.ask(times=4) == ["done"] * 3 + ["told"]


def test_it_says_when_it_is_over() -> None:
    gate = Gate()
    gate.ask(times=3)
    refusal = gate.limits.refusal(call(), "member", SETTINGS)
    assert refusal == Refusal("More than 3 commands a minute of yours: again in 20 s.")


def test_a_person_is_the_same_in_every_channel_and_under_every_nick() -> None:
    gate = Gate()
    with_account = [Person("ada", "lovelace"), Person("ada_", "Lovelace")]
    assert gate.ask(with_account[0], times=3) == ["done"] * 3
    assert gate.ask(with_account[1], Place("console", "other")) == ["told"]
    assert gate.ask(with_account[1], Place("elsewhere", "other")) == ["done"]
    from_a_host = [Person("bob", None, "bob!b@example.org"), Person("rob", None, "rob!b@example.org")]
    other = Place("console", "third")
    assert [gate.ask(each, other)[0] for each in (*from_a_host, *from_a_host)] == ["done"] * 3 + ["told"]
    assert gate.ask(Person("ADA"), other) + gate.ask(Person("ada"), other) == ["done", "told"]


def test_many_people_in_one_channel_are_bounded_together_with_all_that_is_said() -> None:
    gate = Gate()
    crowd = [Person(f"p{number}") for number in range(100)]
    assert [gate.ask(who)[0] for who in crowd] == ["done"] * 5 + ["told"] + ["silence"] * 94
    gate = Gate()
    spoken = [said for who in crowd for said in gate.ask(who, times=10) if said != "silence"]
    # The channel's own bound, and its one line about it.
    assert len(spoken) == 6


def test_an_owner_has_no_limit() -> None:
    gate = Gate()
    assert gate.ask(role="owner", times=50) == ["done"] * 50
    assert gate.ask(role="moderator", times=4)[-1] == "told"


def test_a_cooldown_is_one_persons_in_one_place() -> None:
    clock = HandClock()
    gate = Limits(clock)
    slow = call(command=SLOW)
    assert gate.cooling(slow, "member") is None
    gate.begin_cooldown(slow)
    clock.wait(10)
    assert gate.cooling(slow, "member") == Refusal("summary can be given again in 20 s.")
    assert gate.cooling(slow, "member") == Refusal()
    assert gate.cooling(slow, "owner") is None
    assert gate.cooling(call(Person("bob"), command=SLOW), "member") is None
    assert gate.cooling(call(place=Place("console", "x"), command=SLOW), "member") is None
    assert gate.cooling(call(), "member") is None
    clock.wait(20)
    assert gate.cooling(slow, "member") is None


def test_its_memory_has_a_bound() -> None:
    gate = Gate()
    gate.ask(times=3)
    for number in range(KNOWN_COUNT_MAX):
        gate.ask(Person(f"p{number}"), Place("console", f"c{number}"))
    # Forgotten: it is the price of the bound.
    assert gate.ask(place=Place("console", "new")) == ["done"]


def test_a_clock_that_goes_back_gives_nobody_less() -> None:
    gate = Gate()
    gate.ask(times=2)
    gate.clock.wait(-3_600)
    assert gate.ask(times=2) == ["done", "told"]
    gate.clock.wait(-3_600)
    assert gate.ask() == ["told"]
    slow = call(command=SLOW)
    gate.limits.begin_cooldown(slow)
    gate.clock.wait(-3_600)
    assert gate.limits.cooling(slow, "member") is None
