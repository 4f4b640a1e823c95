"""What people do is heard: who, where, when, and how far the network vouches for them."""

from datetime import UTC, datetime

import pytest

from services.bot.networks.network import Heard
from shared.contracts.chat import Speaker
from tests.services.bot.networks.irc.talk import Talk, inside

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def heard_after(*lines: str) -> list[Heard]:
    talk = inside("#den")
    talk.after(*lines)
    return talk.heard


def test_tags_say_more_than_a_name() -> None:
    tags = "@time=2025-12-31T23:59:58.500Z;account=ada;msgid=m1;bot"
    at = datetime(2025, 12, 31, 23, 59, 58, 500_000, UTC)
    speaker = Speaker(account="ada", host="Ada!a@h.example", bot=True)
    assert heard_after(f"{tags} :Ada!a@h.example PRIVMSG #den :hi") == [
        Heard("den", "Ada", "hi", at, None, speaker, "m1")
    ]


@pytest.mark.parametrize(
    "said", ["nonsense", "", "2026-01-01T00:10:00Z", "1970-01-01T00:00:00Z", "2025-12-31T23:00:00", "0001-01-01T00:00Z"]
)
def test_a_time_that_can_not_be_is_not_believed(said: str) -> None:
    [heard] = heard_after(f"@time={said};account=* :a!b@c PRIVMSG #den :hi")
    assert (heard.at, heard.speaker.account) == (NOW, None)


def test_what_is_not_for_us_is_not_heard() -> None:
    assert not heard_after(
        ":irc.test NOTICE postil :*** looking up your host",
        ":irc.test PRIVMSG #den :from a server",
        ":postil!bot@h PRIVMSG #den :my own",
        ":a!b@c PRIVMSG #elsewhere :hi",
        ":a!b@c PRIVMSG $$*.example :to all servers",
        ":a!b@c PRIVMSG somebody :hi",
        ":a!b@c PRIVMSG #den :\x02\x02",
        ":a!b@c PRIVMSG #den :\x01DCC SEND x\x01",
        ":a!b@c NOTICE postil :\x01VERSION x\x01",
        ":a!b@c PRIVMSG #den",
        ":a!b@c PRIVMSG",
        "PRIVMSG #den :nobody",
    )


def test_what_is_not_for_all_in_a_channel_is_not_heard() -> None:
    assert not heard_after(":a!b@c PRIVMSG @#den :only operators", ":a!b@c NOTICE @+#den :and those with a voice")


def test_who_goes_from_two_channels_goes_from_each_of_them() -> None:
    talk = inside("#a", "#b")
    talk.after(":s 353 postil = #a :ada", ":s 353 postil = #b :ada", "@msgid=m1 :ada!a@b NICK eve")
    talk.after("@msgid=m2 :eve!a@b QUIT :bye")
    assert [(heard.channel, heard.id) for heard in talk.heard] == [
        ("a", None), ("a", None), ("b", None), ("b", None), ("a", None), ("b", None),
    ]  # fmt: skip


def test_a_private_line_is_heard_in_a_channel_of_its_own() -> None:
    [line, notice] = heard_after(":Ada[x]!b@c PRIVMSG POSTIL :help", ":NickServ!s@services. NOTICE postil :who are you")
    assert (line.channel, line.author, line.kind) == ("@ada{x}", "Ada[x]", None)
    assert (notice.channel, notice.kind) == ("@nickserv", "notice")


def test_a_name_with_something_hidden_in_it_is_shown_without() -> None:
    [heard] = heard_after(":a\x02\u202eb!b@c PRIVMSG #den :hi")
    assert (heard.author, heard.speaker.host) == ("ab", "ab!b@c")


def test_the_topic_of_before_is_the_same_whenever_one_comes() -> None:
    talk = inside("#den")
    for _ in range(2):
        talk.after(":s 332 postil #den :\x02old\x02 things", ":s 333 postil #den ada!a@b 1700000000")
    [first, second] = talk.heard
    assert first == second
    assert (first.id, first.author, first.kind, first.text) == ("topic.den.1700000000", "ada", "topic", "old things")
    wrong = ("333 postil #den ada 9999999999", "333 postil #den ada x", f"333 postil #den ada {'9' * 5_000}", "333")
    assert len(talk.heard) == 2 + len(talk.after(*wrong))


def test_somebody_is_kicked() -> None:
    [heard] = heard_after(":s 353 postil = #den :bob", ":ada!a@b KICK #den bob :behave")
    assert (heard.author, heard.kind, heard.text) == ("bob", "left", "kicked by ada: behave")


def test_programs_are_answered_sparingly() -> None:
    talk = inside("#den")
    version, ping = ":ada!a@b PRIVMSG postil :\x01VERSION\x01", ":ada!a@b PRIVMSG postil :\x01PING 123\x01"
    assert [line[:20] for line in talk.after(version)] == ["NOTICE ada :\x01VERSION"]
    assert talk.after(ping) == ["NOTICE ada :\x01PING 123\x01"]
    assert len(talk.after(*[version] * 100)) == 1
    talk.clock.goes_on(21)
    assert len(talk.after(*[version] * 100)) == 1
    assert talk.after(":ada!a@b PRIVMSG #den :\x01VERSION\x01", "::x!a@b PRIVMSG postil :\x01VERSION\x01") == []


def test_a_bot_tells_that_it_is_one() -> None:
    assert Talk().welcome("BOT=B") == ["MODE postil +B"]
