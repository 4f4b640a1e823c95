"""A name on IRC stands for itself in a subject, and whatever it is, it comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.bot.networks.irc.names import (
    Casing,
    from_subject,
    in_subject,
    is_channel,
    is_nick,
    person_in_subject,
)
from shared.contracts.chat import chat_collection, network_and_channel
from shared.contracts.message import Collection
from shared.errors import Invalid

COLLECTION: TypeAdapter[str] = TypeAdapter(Collection)

CHANNELS = [
    ("#python", "python"),
    ("#", "%"),
    ("##", "%23"),
    ("##c++", "%23c++"),
    ("#@ada", "%40ada"),
    ("#&x", "%26x"),
    ("#a.b..c", "a%2Eb%2E%2Ec"),
    ("#*>%", "%2A%3E%25"),
    ("#grün", "grün"),
    ("#\u200bx", "%E2%80%8Bx"),
    ("&local", "&local"),
    ("&", "&%"),
    ("+free", "+free"),
    ("!12345safe", "!12345safe"),
]


@pytest.mark.parametrize(("channel", "written"), CHANNELS)
def test_a_channel_in_a_subject(channel: str, written: str) -> None:
    assert in_subject(channel) == written
    assert from_subject(written) == channel


def test_a_person_in_a_subject() -> None:
    assert person_in_subject("ada[1]") == "@ada[1]"
    assert from_subject("@ada[1]") == "ada[1]"


@pytest.mark.parametrize(
    "written",
    [
        "@", "@%", "@#python", "@%23python", "@a,b", "@a%20b", "@a%0D%0AQUIT", "@*", "@$mask", "@a.b", "@@ada", "@+x",
        "a%2Cb", "a%20b", "a%07b", "a%0D%0AQUIT", "a%FFb", "x" * 300, "&a%20b",
    ],
)  # fmt: skip
def test_what_would_be_something_else_on_irc_is_refused(written: str) -> None:
    with pytest.raises(Invalid):
        from_subject(written)


@given(st.sampled_from("#&+!"), st.text(max_size=20))
def test_every_channel_comes_back(mark: str, rest: str) -> None:
    channel = mark + rest
    written = in_subject(channel)
    collection = COLLECTION.validate_python(chat_collection("irc", written))
    assert network_and_channel(collection) == ("irc", written)
    assert not written.startswith("@")
    if is_channel(channel):
        assert from_subject(written) == channel


@given(st.text(min_size=1, max_size=20))
def test_every_person_comes_back(nick: str) -> None:
    written = person_in_subject(nick)
    COLLECTION.validate_python(chat_collection("irc", written))
    if is_nick(nick):
        assert from_subject(written) == nick


@given(st.text(max_size=20), st.text(max_size=20))
def test_two_channels_never_share_a_name(one: str, other: str) -> None:
    assert (in_subject(f"#{one}") == in_subject(f"#{other}")) == (one == other)


@pytest.mark.parametrize(
    ("mapping", "name", "folded"),
    [
        ("ascii", "#A[~", "#a[~"),
        ("rfc1459", "#A[]\\~", "#a{}|^"),
        ("rfc1459-strict", "#A[~", "#a{~"),
        ("rfc7613", "#ÄA", "#äa"),
        ("ascii", "#Ä", "#Ä"),
    ],
)
def test_which_letters_are_the_same(mapping: str, name: str, folded: str) -> None:
    assert Casing(mapping).fold(name) == folded
