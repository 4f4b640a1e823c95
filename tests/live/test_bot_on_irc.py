"""The whole system on a real IRC server: heard, stored, answered, denied, watched, killed, back again, and stopped."""

import asyncio
import json
from pathlib import Path

from tests.irc_server import HOST, Chatter, IrcServer, running_irc_server
from tests.live.talking import Talk, talking
from tests.system import UNMEASURED, System, postil, running_system
from tests.until import until

ROLES = [{"who": "ada", "role": "owner", "network": "net"}, {"who": "*", "role": "owner", "network": "console"}]
IRC = {"HOST": HOST, "TLS": "false", "CHANNELS": '["#office"]', "PAUSE_SECONDS": "0", "RECONNECT_SECONDS_MIN": "0.1"}
VARIABLES = {
    **UNMEASURED,
    "POSTIL_BOT__ROLES": json.dumps(ROLES),
    "POSTIL_BOT__RETRY_SECONDS": "0.5",
    "POSTIL_BOT__ASK_SECONDS_MAX": "1",
    "POSTIL_BOT__REST_SECONDS": "0.1",
    **{f"POSTIL_BOT__IRC__NET__{name}": value for name, value in IRC.items()},
}
OFFICE = "PRIVMSG #office :"


async def test_the_whole_system_on_irc(tmp_path: Path) -> None:
    async with running_irc_server(tmp_path / "irc") as irc, Chatter.come(irc, "ada", "#office") as ada:
        variables = {**VARIABLES, "POSTIL_BOT__IRC__NET__PORT": str(irc.port)}
        async with running_system(tmp_path / "data", variables=variables) as system, talking(system, "main") as console:
            await ada.hears("postil@127.0.0.1 JOIN ")
            await expect_documents_and_answers(console, ada)
            async with Chatter.come(irc, "bob", "#office") as bob:
                await expect_order(bob)
            await expect_news(console, ada)
            await expect_it_comes_back(system, irc, console, ada)
            verified = postil("audit", "verify", "--data", str(system.data), cwd=tmp_path)
            assert (verified.code, verified.err) == (0, ""), verified
            await expect_all_is_written_at_the_end(system, console)


async def expect_documents_and_answers(console: Talk, ada: Chatter) -> None:
    ada.send(f"{OFFICE}a lighthouse in the fog", f"{OFFICE}\x01ACTION waves\x01", f"{OFFICE}!claim T-1")
    await ada.hears(f"{OFFICE}ada: T-1 is yours")
    lines = await console.stranger.documents(3, "chat.net.office")
    assert {line["author"] for line in lines} == {"ada"}
    assert [(line.get("kind"), line["text"]) for line in lines] == [
        (None, "a lighthouse in the fog"),
        ("action", "waves"),
        (None, "!claim T-1"),
    ]
    assert lines[0]["data"] == {"host": "ada!~ada@127.0.0.1"}

    def are_counted() -> bool:
        ada.send(f"{OFFICE}!stats")
        return ada.got(f"{OFFICE}ada: office: ")

    await until(are_counted, look_seconds=0.1)


async def expect_order(bob: Chatter) -> None:
    """Among the people: who may not, does not; and a private conversation is one."""
    bob.send(f"{OFFICE}!say hello", "PRIVMSG postil :help claim")
    await bob.hears("say is for moderators, and you are a member here.")
    await bob.hears("PRIVMSG bob :claim: hold something")
    bob.send(f"{OFFICE}!quote add <ada> the fog again")
    await bob.hears(f"{OFFICE}bob: That is quote #1.")
    assert not bob.got(f"{OFFICE}hello")


async def expect_news(console: Talk, ada: Chatter) -> None:
    ada.send(f"{OFFICE}!watch collection:tickets")
    await ada.hears("tells you here of every new document for collection:tickets")
    await console.stranger.publish({"id": "T-1", "title": "the printer jams"}, "tickets")
    await ada.hears(": the printer jams (tickets/T-1)")


async def expect_it_comes_back(system: System, irc: IrcServer, console: Talk, ada: Chatter) -> None:
    ada.send(f"{OFFICE}!remind me 1s look after the fog")
    await ada.hears(f"{OFFICE}ada: I will remind you")
    before = system.kill("bot")
    await ada.hears("postil@127.0.0.1 QUIT ")
    ada.lines.clear()
    with irc.held():
        await system.until_another("bot", than=before)
        await console.until_answered("!claims")
        [answer] = await console.asked("!say net.office hello again")
        assert answer == "To net.office: it is on its way."

        async def it_waits() -> bool:
            entries = (await console.stranger.ask("list", {"collection": "postil.outbox"}))["items"]
            return {"waiting"} <= {entry["kind"] for entry in entries if "hello" in entry["data"]["say"]["text"]}

        await until(it_waits)
        assert ada.lines == []
    await ada.hears("postil@127.0.0.1 JOIN ")
    await ada.hears("to remind you: look after the fog")
    await ada.hears(f"{OFFICE}hello again")
    ada.send(f"{OFFICE}!claims")
    await ada.hears(f"{OFFICE}ada: T-1: ")
    assert sum("fog" in line for line in ada.lines) == sum("hello" in line for line in ada.lines) == 1


async def expect_all_is_written_at_the_end(system: System, console: Talk) -> None:
    """The bot can't record that a command was given, and then everything is told to stop."""
    with system.held("database"):
        [sorry] = await console.asked("!claim T-2")
        assert sorry == "The database does not answer just now; your line is safe."
        stopping = asyncio.create_task(system.stop())
        await until(lambda: '"stopping"' in system.err)
    assert await stopping == 0
    assert not {"audit_lost", "lines_lost", "killing"} & {event["event"] for event in system.events}
