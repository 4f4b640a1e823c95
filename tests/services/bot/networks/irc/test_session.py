"""The conversation as a whole: whatever the server says, it goes on or ends properly."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.chat import Say
from shared.errors import Invalid, NotFound, PostilError, TimedOut, Unavailable
from tests.services.bot.networks.irc.talk import Talk, in_a_loop, inside

COMMANDS = [
    "PING", "PONG", "ERROR", "CAP", "AUTHENTICATE", "001", "005", "332", "333", "353", "376", "396", "401", "403",
    "404", "422", "432", "433", "437", "464", "471", "477", "482", "903", "904", "907", "CHGHOST", "INVITE", "JOIN",
    "KICK", "NICK", "NOTICE", "PART", "PRIVMSG", "QUIT", "TOPIC", "999",
]  # fmt: skip
WORDS = st.sampled_from(
    [
        "postil", "#den", "#Den,#lab", "@#den", "ada", "ada!a@b", "*", "+", "LS", "ACK", "NAK", "NEW", "DEL", ":",
        ":a b", "sasl", "sasl=PLAIN", "CASEMAPPING=x", "CHANTYPES=", "STATUSMSG=", "NICKLEN=-1",
        "NICKLEN=" + "9" * 5_000, "LINELEN=0", "BOT=::", "postil-1", "\x01VERSION\x01", ":\x01PING \x01", "#", "&",
        "1700000000",
    ]
)  # fmt: skip
SOURCES = st.sampled_from(
    ["", ":postil ", ":postil!a@b ", ":ada!a@b ", ":irc.test ", "::x ", ": ", "@time=x;bot :a!b@c "]
)
LINES = st.builds(
    lambda source, command, words: f"{source}{command} {' '.join(words)}",
    SOURCES,
    st.sampled_from(COMMANDS),
    st.lists(WORDS | st.text(max_size=8), max_size=6),
)


@given(st.lists(LINES, max_size=30), st.booleans())
def test_nothing_that_a_server_says_breaks_it(lines: list[str], has_account: bool) -> None:
    account = {"account": "postil", "account_password": "x"} if has_account else {}

    async def talk_to_it() -> list[str]:
        talk = Talk("#den", "#lab key", **account)
        said: list[str] = []
        for line in lines:
            try:
                said += talk.after(line)
                said += talk.later(7)
            except PostilError:
                break
        return said

    assert not any(set(line) & set("\r\n\0") for line in in_a_loop(talk_to_it()))


@given(st.lists(st.binary(max_size=60), max_size=10))
def test_no_bytes_break_it(lines: list[bytes]) -> None:
    talk = inside("#den")
    for line in lines:
        talk.session.receive(line)
    assert talk.session.unreadable <= len(lines)


def test_it_answers_pings() -> None:
    assert Talk().after("PING :a b", "PING", "PING token other")[-3:] == ["PONG :a b", "PONG", "PONG token"]


def test_an_error_is_the_end() -> None:
    with pytest.raises(Unavailable, match="Closing Link: go away"):
        inside().after("ERROR :Closing Link: \x02go away")


def test_to_be_made_to_quit_is_the_end_too() -> None:
    with pytest.raises(Unavailable, match=r"made to leave: Killed \(oper\)"):
        inside("#den").after(":s 353 postil = #den :postil", ":postil!bot@host.example QUIT :Killed (oper)")


def test_what_a_server_takes_back_is_as_if_it_had_not_been_said() -> None:
    features = Talk().session.features
    before = vars(features).copy()
    features.learn(["CASEMAPPING=ascii", "CHANTYPES=#", "STATUSMSG=@", "NICKLEN=20", "LINELEN=1000", "BOT=B"])
    assert not before.items() & vars(features).items()
    features.learn(["-CASEMAPPING", "-CHANTYPES", "-STATUSMSG", "-NICKLEN", "-LINELEN", "-BOT", "-", "-NONE", "x"])
    assert vars(features) == before


async def test_a_channel_is_called_as_it_is_called() -> None:
    talk = inside("#Straße", features=("CASEMAPPING=rfc8265",))
    talk.after(":ada!a@b PRIVMSG #STRAßE :hello", ":eve!a@b PRIVMSG #strasse :elsewhere")
    [heard] = talk.heard
    assert heard.channel == "straße"
    assert talk.say(heard.channel, "hello") == ["PRIVMSG #Straße :hello"]


async def test_a_thousand_people_do_not_keep_it_from_speaking_in_its_channels() -> None:
    talk = inside("#den")
    answered = 0
    for number in range(1_000):
        try:
            talk.session.say(Say(network="irc", channel=f"@user{number}", text="no such command"))
            answered += 1
        except Unavailable:
            continue
    assert answered == 100
    assert talk.say("den", "hello")[:3] == [
        "PRIVMSG #den :hello", "PRIVMSG user0 :no such command", "PRIVMSG user1 :no such command",
    ]  # fmt: skip
    talk.session.say(Say(network="irc", channel="@ada", text="one"))
    talk.session.say(Say(network="irc", channel="@ada", text="two"))
    assert talk.say("@eve", "one") == ["PRIVMSG ada :one", "PRIVMSG eve :one", "PRIVMSG ada :two"]


def test_a_server_that_never_lets_us_in() -> None:
    talk = Talk()
    talk.later(60)
    with pytest.raises(Unavailable, match="not let us in in time"):
        talk.later(1)


async def test_what_it_says() -> None:
    talk = inside("#Den", features=("LINELEN=600",))
    assert talk.say("den", "hello") == ["PRIVMSG #Den :hello"]
    assert talk.say("@Ada", "hello\r\nQUIT\x01") == ["PRIVMSG Ada :hello QUIT\N{SYMBOL FOR START OF HEADING}"]
    relayed = [f":postil!bot@host.example {line}\r\n" for line in talk.say("den", "words " * 400)]
    assert max(len(line) for line in relayed) in range(595, 601)


@pytest.mark.parametrize(
    ("channel", "error"),
    [("none", NotFound), ("@#den", Invalid), ("@a%0D%0AQUIT", Invalid), ("@NickServ", Invalid), ("lab", Unavailable)],
)
async def test_what_can_not_be_said(channel: str, error: type[PostilError]) -> None:
    talk = inside("#den")
    lab = Talk("#lab")
    lab.welcome()
    with pytest.raises(error):
        (lab if channel == "lab" else talk).say(channel, "hello")
    with pytest.raises(Unavailable):
        Talk("#den").say("den", "hello")


async def test_an_error_concerns_the_line_that_it_names() -> None:
    talk = inside("#den")
    sayings = talk.session.sayings
    one, two, three = (_said(talk, channel) for channel in ("@ada", "@Bob", "den"))
    token = sayings.ask(0.0)
    talk.after(":s 401 postil bob :No such nick", ":s 404 postil #other :no", f":s PONG s {token}")
    await one
    await three
    with pytest.raises(NotFound, match="No such nick"):
        await two


def _said(talk: Talk, channel: str) -> "asyncio.Future[None]":
    saying = talk.session.say(Say(network="irc", channel=channel, text="hello"))
    assert talk.session.sayings.next_line()
    return saying.done


async def test_silence_is_no_confirmation() -> None:
    talk = inside("#den")
    saying = _said(talk, "den")
    talk.session.sayings.ask(talk.clock.now().timestamp())
    talk.after(":s PONG s :postil-9", ":s PONG s :something")
    assert not saying.done()
    talk.later(61)
    with pytest.raises(TimedOut):
        await saying
