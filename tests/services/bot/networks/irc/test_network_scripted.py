"""The network on a server that misbehaves: it goes on, or it comes back."""

import asyncio

import pytest

from shared.errors import TimedOut, Unavailable
from tests.irc_server import Guest, Script, scripted_server
from tests.services.bot.networks.irc.real import line, running, settings_for
from tests.until import until


async def good(guest: Guest) -> None:
    await guest.welcome()
    await guest.admit("#den")
    await guest.answer_pings()


async def hang_up(guest: Guest) -> None:
    """At once."""


async def garbage(guest: Guest) -> None:
    await guest.send_raw(b"\xff\xfe\0\r\n   \r\n:\r\n@@@\r\n\n\n:x y z\r\n" + bytes(range(256)) * 20 + b"\r\n")
    await good(guest)


async def endless_line(guest: Guest) -> None:
    await guest.send_raw(b"x" * 1024 * 1024 + b"\r\n")
    await good(guest)


async def letter_by_letter(guest: Guest) -> None:
    await guest.hears("USER")
    for each in b":irc.test 001 postil :hi\r\n:irc.test 376 postil :end\r\n":
        await guest.send_raw(bytes([each]))
    await guest.admit("#den")


async def error(guest: Guest) -> None:
    await guest.send("ERROR :Closing Link: too many of you")


async def half_a_line(guest: Guest) -> None:
    await guest.send_raw(b":irc.test 001 post")


async def nick_in_use(guest: Guest) -> None:
    await guest.hears("NICK postil")
    await guest.send(":irc.test 433 * postil :in use")
    await guest.hears("NICK postil_")
    await guest.send(":irc.test 001 postil_ :hi", ":irc.test 376 postil_ :end")
    await guest.admit("#den", "postil_")
    await guest.send(":postil!x@y QUIT :gone")
    await guest.hears("NICK postil")
    await guest.send(":postil_!bot@host.example NICK postil")
    await guest.answer_pings()


@pytest.mark.parametrize("bad", [hang_up, garbage, endless_line, letter_by_letter, error, half_a_line, nick_in_use])
async def test_it_gets_there_in_the_end(bad: Script) -> None:
    async with scripted_server(bad, good) as server, running(settings_for(server.port, "#den")) as bot:
        await bot.comes("#den")
        await until(lambda: bot.network.vitals()["nick"] == "postil")


async def test_a_flood_is_heard_and_pings_are_answered_in_it() -> None:
    async def flood(guest: Guest) -> None:
        await guest.welcome()
        await guest.admit("#den")
        for start in range(0, 20_000, 1_000):
            await guest.send(*(f":a!b@c PRIVMSG #den :{number}" for number in range(start, start + 1_000)), "PING x")
        for _ in range(20):
            await guest.hears("PONG")
        await guest.send(":a!b@c PRIVMSG #den :over")
        await guest.answer_pings()

    async with scripted_server(flood) as server, running(settings_for(server.port, "#den")) as bot:
        await bot.hears("over")
        assert [heard.text for heard in bot.heard[:-1]] == [str(number) for number in range(20_000)]


async def test_a_netsplit_is_many_people_who_leave() -> None:
    names = [f"user{number}" for number in range(500)]

    async def split(guest: Guest) -> None:
        await guest.welcome()
        await guest.admit("#den")
        for start in range(0, 500, 50):
            await guest.send(f":irc.test 353 postil = #den :{' '.join(names[start : start + 50])}")
        await guest.send(*(f":{name}!u@h QUIT :one.test two.test" for name in names))
        await guest.answer_pings()

    async with scripted_server(split) as server, running(settings_for(server.port, "#den")) as bot:
        await until(lambda: len(bot.heard) == 500)
        assert {(heard.kind, heard.channel) for heard in bot.heard} == {("left", "den")}


async def test_a_line_is_uncertain_when_the_server_goes_before_it_has_shown_that_it_took_it() -> None:
    async def take_and_go(guest: Guest) -> None:
        await guest.welcome()
        await guest.admit("#den")
        await guest.hears("PRIVMSG #den :hello")

    async with scripted_server(take_and_go, good) as server, running(settings_for(server.port, "#den")) as bot:
        await bot.comes("#den")
        with pytest.raises(TimedOut, match="before the line was said"):
            await bot.network.say(line("den", "hello"))
        await bot.comes("#den")
        await bot.network.say(line("den", "again"))
        assert "PRIVMSG #den :again" in server.guests[1].lines
        assert "PRIVMSG #den :hello" not in server.guests[1].lines


async def test_a_login_that_fails_is_not_tried_at_once() -> None:
    async def refuse(guest: Guest) -> None:
        await guest.hears("CAP LS")
        await guest.send(":irc.test CAP * LS :sasl")
        await guest.hears("CAP REQ sasl")
        await guest.send(":irc.test CAP * ACK :sasl")
        await guest.hears("AUTHENTICATE PLAIN")
        await guest.send("AUTHENTICATE +")
        await guest.hears("AUTHENTICATE")
        await guest.send(":irc.test 904 * :wrong password")

    account = {"account": "postil", "account_password": "x", "reconnect_seconds_max": 1_000.0}
    async with scripted_server(refuse) as server, running(settings_for(server.port, "#den", **account)) as bot:
        await until(lambda: bot.has_lost("the login to the account failed: wrong password"))
        assert not bot.network.vitals()["connected"]
        with pytest.raises(Unavailable, match="wrong password"):
            await bot.network.say(line("den", "hello"))


async def test_who_asks_in_vain_hears_so_at_once() -> None:
    async def muted(guest: Guest) -> None:
        await guest.hears("USER")
        await asyncio.Event().wait()

    async with scripted_server(muted) as server, running(settings_for(server.port, "#den")) as bot:
        await until(lambda: bool(server.guests))
        await until(lambda: bot.network.vitals()["nick"] == "postil")
        with pytest.raises(Unavailable, match="has not let us in yet"):
            await bot.network.say(line("den", "hello"))
