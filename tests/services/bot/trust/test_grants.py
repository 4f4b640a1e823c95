"""What grants amount to: the narrowest counts, and each has an id of its own."""

import pytest

from services.bot.command import Person, Place
from services.bot.trust.grants import ROLE_OF_POWER, Rule, RuleBook, checked_who, grant_id, matches
from shared.settings import Grant, Role

HERE = Place("irc", "python")
NETWORK = Place("irc", "*")
EVERYWHERE = Place("*", "*")
ADA = Person("ada", account="ada.l", host="ada!a@host.example")


def role_by(*grants: Grant, who: Person = ADA, place: Place = HERE) -> Role:
    return ROLE_OF_POWER[RuleBook(map(Rule.of, grants)).power_of(place, who)]


def grant(who: str, role: Role, channel: str = "*", network: str = "*") -> Grant:
    return Grant(who=who, role=role, network=network, channel=channel)


# The one before counts, whichever order they stand in.
NARROWER: list[tuple[Grant, Grant]] = [
    (grant("*", "moderator", "python"), grant("account:ada.l", "ignored", "py*")),
    (grant("*", "moderator", "py*"), grant("account:ada.l", "ignored", "*", "irc")),
    (grant("*", "moderator", "python", "*"), grant("account:ada.l", "ignored", "*", "irc")),
    (grant("*", "moderator", "python", "irc"), grant("account:ada.l", "ignored", "python", "i*")),
    (grant("*", "moderator", "*", "irc"), grant("account:ada.l", "ignored", "*", "i*")),
    (grant("*", "moderator", "*", "i*"), grant("account:ada.l", "ignored")),
    (grant("ada", "moderator"), grant("account:ada*", "ignored")),
    (grant("ada", "moderator"), grant("account:*", "ignored")),
    (grant("a*", "moderator"), grant("account:*", "ignored")),
    (grant("account:ada.l", "moderator"), grant("ada", "ignored")),
    (grant("account:ada.l", "moderator"), grant("host:ada!a@host.example", "ignored")),
    (grant("host:ada!a@host.example", "moderator"), grant("ada", "ignored")),
    (grant("host:*@host.example", "moderator"), grant("*da", "ignored")),
    (grant("account:*", "moderator"), grant("host:*", "ignored")),
    (grant("host:*", "moderator"), grant("*", "ignored")),
    (grant("host:*@host.example", "moderator"), grant("host:*.example", "ignored")),
    (grant("ada", "ignored"), grant("ada", "owner")),
    (grant("ADA", "moderator", "PYTHON", "IRC"), grant("*", "ignored", "python", "irc")),
]


@pytest.mark.parametrize(("narrower", "wider"), NARROWER)
def test_the_narrowest_counts(narrower: Grant, wider: Grant) -> None:
    assert role_by(narrower, wider) == role_by(wider, narrower) == narrower.role


@pytest.mark.parametrize(
    ("who", "place"),
    [
        (Person("bob"), HERE),
        (ADA, Place("irc", "rust")),
        (ADA, Place("nats", "python")),
        (Person("ada"), HERE),
        (Person("account:ada.l"), HERE),
        (Person("", account="ada.l2"), HERE),
        (Person("ada", account="ADA.Lé"), HERE),
    ],
)
def test_whom_nothing_fits_is_a_member(who: Person, place: Place) -> None:
    assert role_by(grant("account:ada.l", "owner", "python", "irc"), who=who, place=place) == "member"


NAMES = [
    "ada",
    "a.b",
    "a.b.c",
    "Ä",
    "ä",
    "a b",
    "a%2Eb",
    "名" * 100,
    "名" * 99,
    "[x]",
    "a~b",
    "*",
    "account:a",
    "x" * 200,
]


def test_each_grant_has_an_id_of_its_own() -> None:
    places = [HERE, NETWORK, EVERYWHERE, Place("irc.x", "y"), Place("irc", "x.y"), Place("i" * 100, "c" * 100)]
    ids = {grant_id(place, who) for place in places for who in NAMES}
    assert len(ids) == len(places) * len(NAMES)
    assert all(len(id) <= 200 and id.isascii() and " " not in id for id in ids)
    assert grant_id(Place("IRC", "Python"), "ADA") == grant_id(HERE, "ada") == "postil.role.irc.python.ada"


@pytest.mark.parametrize("name", NAMES)
def test_any_name_can_have_a_role(name: str) -> None:
    who = Person.meant_by(checked_who(name))
    assert role_by(grant(name, "moderator"), who=who) == "moderator"
    assert role_by(grant(name, "moderator"), who=Person(name)) == ("moderator" if who.name else "member")


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("*", "", True), ("", "", True), ("", "a", False), ("a*a", "a", False), ("a*a", "aa", True),
        ("*a*b*", "xxaxxbxx", True), ("*b*a*", "ab", False), ("a**b", "ab", True), ("ab*", "a", False),
        ("*!*@*.example", "n!u@h.example", True), ("a.c", "abc", False), ("*ab*ab", "xab", False),
        ("[a]*", "[a]x", True),
    ],
)  # fmt: skip
def test_a_star_is_anything(pattern: str, text: str, fits: bool) -> None:
    assert matches(pattern, text) is fits


def test_a_hostile_pattern_takes_no_time() -> None:
    assert not matches("*a" * 100 + "*b", "a" * 100_000)
    assert matches("*a" * 100 + "*", "a" * 100_000)
