"""The network in made-up time: pauses, silence, and a server that does not read."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from random import Random

import pytest

from services.bot.networks.irc import irc_network
from services.bot.networks.irc.connection import Connection
from services.bot.networks.irc.network import IrcNetwork
from shared.clock import SystemClock
from shared.contracts.chat import Say
from shared.errors import Invalid, TimedOut, Unavailable
from shared.settings import IrcSettings
from tests.simulation.loop import Simulation, simulated
from tests.until import until

SETTINGS = IrcSettings(host="irc.example.net", channels=("#den",))
WELCOME = (":s 001 postil :hi", ":s 376 postil :end", ":postil!bot@h JOIN #den")


class Wire:
    """A server of few words. It answers pings as long as it `is_well`."""

    def __init__(self, *lines: str) -> None:
        self._arrived = asyncio.Queue[list[bytes]]()
        self._arrived.put_nowait([line.encode() for line in lines])
        self.room = asyncio.Event()
        self.room.set()
        self.is_well = True
        self.closings = 0
        self.said: list[str] = []

    async def read(self) -> Sequence[bytes]:
        return await self._arrived.get()

    def write(self, line: str) -> None:
        self.said.append(line)
        if line.startswith("PING ") and self.is_well:
            self._arrived.put_nowait([line.replace("PING", ":s PONG s", 1).encode()])

    async def drain(self) -> None:
        await self.room.wait()

    async def close(self) -> None:
        self.closings += 1


class Line:
    """What is at the other end, each time that somebody connects."""

    def __init__(self) -> None:
        self.wires: list[Wire | None] = []
        self.at: list[float] = []
        self.used: list[Wire] = []

    async def connect(self, settings: IrcSettings) -> Connection:
        self.at.append(asyncio.get_running_loop().time())
        wire = self.wires.pop(0) if self.wires else None
        if wire is None:
            raise Unavailable("nobody is there")
        self.used.append(wire)
        return wire


@asynccontextmanager
async def started(simulation: Simulation, line: Line, settings: IrcSettings = SETTINGS) -> AsyncIterator[IrcNetwork]:
    network = IrcNetwork("irc", settings, simulation.clock, simulation.chance, line.connect)
    task = asyncio.create_task(network.run(lambda heard: None))
    yield network
    await network.stop()
    await task


def say(text: str = "hello") -> Say:
    return Say(network="irc", channel="den", text=text)


@simulated
async def test_pauses_grow_up_to_a_bound_and_are_never_the_same(simulation: Simulation) -> None:
    line = Line()
    async with started(simulation, line):
        await until(lambda: len(line.at) == 12, seconds_max=3_600, look_seconds=1)
        pauses = [after - before for before, after in zip(line.at, line.at[1:], strict=False)]
        for number, pause in enumerate(pauses):
            assert min(2 * 2**number, 300) <= pause <= min(3 * 2**number, 300) + 0.01
        assert len({round(pause / 2**number, 6) for number, pause in enumerate(pauses[:7])}) == 7


@simulated
async def test_a_steady_stay_makes_the_next_pause_short(simulation: Simulation) -> None:
    line = Line()
    line.wires = [None] * 6 + [Wire(*WELCOME)]
    async with started(simulation, line) as network:
        await until(lambda: network.vitals()["channels"] == ["#den"], seconds_max=600, look_seconds=1)
        await asyncio.sleep(61)
        line.used[0].is_well = False
        await until(lambda: len(line.at) == 8, seconds_max=600, look_seconds=1)
        assert line.at[7] - line.at[6] < 61 + 120 + 30 + 10
        assert line.used[0].closings == 1


@simulated
async def test_silence_is_asked_about_and_then_it_is_over(simulation: Simulation) -> None:
    line, wire = Line(), Wire(*WELCOME)
    line.wires = [wire]
    async with started(simulation, line) as network:
        await asyncio.sleep(1_000)
        assert wire.said.count("PING are-you-there") in (7, 8)
        assert wire.closings == 0
        wire.is_well = False
        await until(lambda: "has been silent" in str(network.vitals()["because"]), seconds_max=160, look_seconds=1)
        await until(lambda: wire.closings == 1)


@simulated
async def test_a_server_that_is_mute_from_the_start(simulation: Simulation) -> None:
    line = Line()
    line.wires = [Wire()]
    async with started(simulation, line) as network:
        await until(lambda: "not let us in in time" in str(network.vitals()["because"]), seconds_max=63, look_seconds=1)


@simulated
async def test_a_server_that_does_not_read_turns_lines_away(simulation: Simulation) -> None:
    line, wire = Line(), Wire(*WELCOME)
    line.wires = [wire]
    async with started(simulation, line, SETTINGS.model_copy(update={"waiting_count_max": 3})) as network:
        await until(lambda: network.vitals()["channels"] == ["#den"])
        wire.room.clear()
        wire.is_well = False
        saying = [asyncio.create_task(network.say(say(f"line {number}"))) for number in range(6)]
        results = await asyncio.gather(*saying, return_exceptions=True)
        kinds = [type(result) for result in results]
        # Three were turned away at once; the silence told of the others, one of which was on its way.
        assert sorted(kind.__name__ for kind in kinds) == ["TimedOut", *["Unavailable"] * 5]
        assert kinds[0] is TimedOut


@simulated
async def test_lines_keep_the_pauses_of_the_network(simulation: Simulation) -> None:
    line, wire = Line(), Wire(*WELCOME)
    line.wires = [wire]
    async with started(simulation, line) as network:
        await until(lambda: network.vitals()["channels"] == ["#den"])
        await asyncio.sleep(10)
        begun_at = asyncio.get_running_loop().time()
        await asyncio.gather(*(network.say(say(f"line {number}")) for number in range(20)))
        said = [each for each in wire.said if each.startswith("PRIVMSG")]
        assert said == [f"PRIVMSG #den :line {number}" for number in range(20)]
        # Five at once, and the confirmations count as well.
        assert 15 * 1.5 <= asyncio.get_running_loop().time() - begun_at <= 21 * 1.5
        assert network.vitals()["said"] == 20


@simulated
async def test_it_leaves_politely(simulation: Simulation) -> None:
    line, wire = Line(), Wire(*WELCOME)
    line.wires = [wire]
    async with started(simulation, line) as network:
        await until(lambda: network.vitals()["channels"] == ["#den"])
        await network.stop()
        await until(lambda: wire.closings == 1)
        assert wire.said[-1] == "QUIT :until later"
        with pytest.raises(Unavailable, match="not connected"):
            await network.say(say())


SENSELESS: list[tuple[str, dict[str, object], str]] = [
    ("a.b", {}, "name of a network"),
    ("Console", {}, "everybody is an owner"),
    ("libera", {"nick": "a b"}, "name on IRC"),
    ("libera", {"channels": ("python",)}, "no channel"),
    ("libera", {"channels": ("#a,#b",)}, "no channel"),
    ("libera", {"channels": ("#a key more",)}, "^'#a' is no channel"),
    ("libera", {"channels": ("",)}, "no channel"),
]


@pytest.mark.parametrize(("name", "others", "because"), SENSELESS)
def test_settings_that_can_not_be_meant(name: str, others: dict[str, object], because: str) -> None:
    with pytest.raises(Invalid, match=because):
        irc_network(name, SETTINGS.model_copy(update=others), SystemClock(), Random(1))


def test_settings_that_can_be_meant() -> None:
    settings = SETTINGS.model_copy(update={"channels": ("#den", "&secret key"), "tenant": "acme"})
    network = irc_network("libera", settings, SystemClock(), Random(1))
    assert (network.name, network.tenant, network.vitals()["connected"]) == ("libera", "acme", False)
