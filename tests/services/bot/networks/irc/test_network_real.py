"""The network on a real server: ngircd."""

import asyncio
from random import Random

import pytest

from services.bot.networks.door import NetworkDoor
from services.bot.networks.irc import irc_network
from shared.bus.bus import Bus
from shared.bus.nats import NatsWire
from shared.bus.streams import CONSUMERS, STREAMS
from shared.bus.wire import Delivery
from shared.clock import SystemClock
from shared.contracts.chat import ACTION, JOINED, LEFT, NOTICE, TOPIC, Said
from shared.contracts.documents import Draft
from shared.errors import NotFound, Unavailable
from tests.broker import BrokerForTests
from tests.irc_server import Chatter, IrcServer
from tests.services.bot.networks.irc.real import line, running, settings_for
from tests.until import until


async def test_it_hears_what_people_do(server: IrcServer) -> None:
    async with running(settings_for(server.port, "#Den", "#lab key")) as bot:
        await bot.comes("#Den", "#lab")
        async with Chatter.come(server, "Ada", "#den") as ada:
            ada.send("PRIVMSG #DEN :hello \x02bold\x02 \x0304,01red", "PRIVMSG #den :\x01ACTION waves\x01")
            ada.send("NOTICE #den :beware", "TOPIC #den :new things", "PRIVMSG postil :just us", "NICK Eve")
            ada.send("PART #den :bye")
            await bot.hears("bye")
        facts = [(heard.channel, heard.author, heard.kind, heard.text) for heard in bot.heard]
        assert facts == [
            ("den", "Ada", JOINED, ""),
            ("den", "Ada", None, "hello bold red"),
            ("den", "Ada", ACTION, "waves"),
            ("den", "Ada", NOTICE, "beware"),
            ("den", "Ada", TOPIC, "new things"),
            ("@ada", "Ada", None, "just us"),
            ("den", "Ada", LEFT, "is now Eve"),
            ("den", "Eve", JOINED, "was Ada"),
            ("den", "Eve", LEFT, "bye"),
        ]
        assert bot.heard[1].speaker.host == "Ada!~Ada@127.0.0.1"


async def test_it_says_what_can_be_said(server: IrcServer) -> None:
    async with Chatter.come(server, "eve", "#den") as eve, running(settings_for(server.port, "#den")) as bot:
        await bot.comes("#den")
        await bot.network.say(line("@Eve", "a\r\nQUIT"))
        await eve.hears(" PRIVMSG Eve :a QUIT")
        with pytest.raises(NotFound, match="No such nick"):
            await bot.network.say(line("@nobody", "hello"))
        with pytest.raises(NotFound, match="none of the channels"):
            await bot.network.say(line("elsewhere", "hello"))
        eve.send("MODE #den +m")
        await eve.hears("MODE #den +m")
        with pytest.raises(Unavailable, match="did not take"):
            await bot.network.say(line("den", "hello"))


async def test_no_line_of_many_is_lost_and_long_ones_come_whole(server: IrcServer) -> None:
    async with running(settings_for(server.port, "#den")) as bot:
        await bot.comes("#den")
        async with Chatter.come(server, "ada", "#den") as ada:
            words = " ".join(f"wörd{number}" for number in range(150))
            texts = [*(f"number {number:02}" for number in range(60)), words]
            await asyncio.gather(*(bot.network.say(line("den", text, to="ada")) for text in texts))
            await ada.hears("wörd149")
            said = [each.partition(" PRIVMSG #den :")[2] for each in ada.lines if " PRIVMSG #den " in each]
        assert said[:60] == [f"ada: number {number:02}" for number in range(60)]
        assert " ".join(said[60:]) == f"ada: {words}"
        assert len(said) == 60 + 3


async def test_a_nick_that_is_taken_is_taken_back(server: IrcServer) -> None:
    async with Chatter.come(server, "postil", "#den") as thief, running(settings_for(server.port, "#den")) as bot:
        await bot.comes("#den")
        assert bot.network.vitals()["nick"] == "postil_"
        thief.send("QUIT :it is yours")
        await until(lambda: bot.network.vitals()["nick"] == "postil")


async def test_who_is_kicked_out_is_not_there(server: IrcServer) -> None:
    async with Chatter.come(server, "ada", "#den") as ada, running(settings_for(server.port, "#den")) as bot:
        await bot.comes("#den")
        ada.send("KICK #den postil :out")
        await until(bot.is_in)
        with pytest.raises(Unavailable, match="not in #den"):
            await bot.network.say(line("den", "hello"))


async def test_it_comes_back_to_a_server_that_was_started_anew(server: IrcServer) -> None:
    async with running(settings_for(server.port, "#den")) as bot:
        await bot.comes("#den")
        await server.stop()
        await until(lambda: not bot.network.vitals()["connected"])
        with pytest.raises(Unavailable, match="not connected"):
            await bot.network.say(line("den", "hello"))
        await server.start()
        await bot.comes("#den")
        await bot.network.say(line("den", "again"))


async def test_two_networks_at_once(server: IrcServer, other_server: IrcServer) -> None:
    settings, others = settings_for(server.port, "#den"), settings_for(other_server.port, "#den")
    async with running(settings) as first, running(others) as second:
        await first.comes("#den")
        await second.comes("#den")
        async with Chatter.come(server, "ada", "#den") as ada, Chatter.come(other_server, "ada", "#den") as other_ada:
            ada.send("PRIVMSG #den :on one")
            other_ada.send("PRIVMSG #den :on two")
            await first.hears("on one")
            await second.hears("on two")
            assert [heard.text for heard in first.heard if heard.kind is None] == ["on one"]


async def test_from_a_line_on_irc_over_the_bus_and_back(server: IrcServer, own_broker: BrokerForTests) -> None:
    """A command is given by somebody on IRC; whoever listens on the bus answers it there."""
    wire = await NatsWire.connect(own_broker.url)
    await wire.ensure(STREAMS, CONSUMERS)
    bus, heard = Bus(wire), asyncio.Queue[Draft]()

    def hear(event: Delivery) -> None:
        heard.put_nowait(Draft.decode(event.payload))

    await wire.watch("postil.main.docs.chat.irc.den", hear, lambda: None)
    network = irc_network("irc", settings_for(server.port, "#den"), SystemClock(), Random(1))
    door = NetworkDoor(bus, network, SystemClock(), Random(1))
    running_door = asyncio.create_task(door.run())
    await until(lambda: door.vitals()["channels"] == ["#den"])
    async with Chatter.come(server, "ada", "#den") as ada:
        assert (await heard.get()).kind == JOINED
        ada.send("PRIVMSG #den :!ping")
        command = await heard.get()
        assert (command.author, command.text, command.data) == ("ada", "!ping", {"host": "ada!~ada@127.0.0.1"})
        reply = await bus.ask_raw("main", "say.irc.den", line("den", "pong", to=command.author).encode())
        assert Said.decode(reply.payload).at is not None
        await ada.hears(" PRIVMSG #den :ada: pong")
    await door.stop()
    await running_door
    await wire.close()
