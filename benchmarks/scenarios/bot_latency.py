"""How soon the bot answers: from the moment at which a chat line was to be published until its answer is to be said.

The same is asked on a quiet bus and on one on which a crowd talks in 50 channels, of a command that needs nobody else
and of one that asks the database, in turns with a bare request to an echo at the same pace. The player that asks is the
network, too: it publishes the lines, and it is told what to say. All its commands have answers of one line.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from benchmarks.client import Client, connected
from benchmarks.latencies import Latencies
from benchmarks.players.crowd import CrowdReport
from benchmarks.playing import Player, playing_together
from benchmarks.scenario import Figure, Ratio, Scenario
from benchmarks.stage import Stage

PER_SECOND = 100
CROWD_PER_SECOND, CROWD_CHANNELS = 1_000, 50
QUIET, BUSY = "quiet", "busy"
BARE = "bare request"
# What each is called in the figures, and what is typed.
COMMANDS: Mapping[str, str] = MappingProxyType({"answer": "!more", "answer from the database": "!recent 1"})


@dataclass(frozen=True, slots=True)
class Size:
    warming_count: int
    # Of each kind in each state in each round.
    count: int
    rounds: int
    seconds_max: float


class BotLatency(Scenario[Size]):
    name = "bot-latency"
    about = (
        f"From a chat line with a command until its network is told what to say, {PER_SECOND} a second: of a command "
        "that needs nobody else, and of one that asks the database. On a quiet bus and on one with "
        f"{CROWD_PER_SECOND:,} lines a second in {CROWD_CHANNELS} channels, all of them stored. Beside a bare request "
        "and its reply between two processes at the same pace."
    )
    figures = tuple(
        Figure(f"{what}, {state}, {percentile}", "ms")
        for state in (QUIET, BUSY)
        for what in (*COMMANDS, BARE)
        for percentile in ("p50", "p99")
    )
    ratios = tuple(
        Ratio(f"{what}, {state}, p50", f"{BARE}, {state}, p50") for state in (QUIET, BUSY) for what in COMMANDS
    )
    full = Size(warming_count=50, count=200, rounds=2, seconds_max=10.0)
    smoke = Size(warming_count=2, count=15, rounds=1, seconds_max=1.5)

    async def measure(self, stage: Stage, size: Size) -> None:
        url = stage.system.url
        crowds = [
            ("benchmarks.players.crowd", url, stage.tenant, name, size.seconds_max) for name in ("asking", "beside")
        ]
        async with (
            connected(stage) as client,
            playing_together(("benchmarks.players.echo", "bus-bytes", url), *crowds) as (
                _,
                asking,
                beside,
            ),
        ):
            talk = Talk(stage, client, asking, beside)
            await talk.warm_up(size)
            for number in range(size.rounds):
                stage.progress(f"round {number + 1}")
                await talk.round(size)
            await client.until_committed(talk.lines, seconds_max=size.seconds_max)
        for name, latencies in talk.found.items():
            stage.note(f"{name}, p50", latencies.ms(50))
            stage.note(f"{name}, p99", latencies.ms(99))
            stage.note_latencies(name, latencies)


@dataclass
class Talk:
    """What is said in a repeat, and what came of it so far."""

    stage: Stage
    client: Client
    asking: Player
    beside: Player
    lines: int = 0
    found: dict[str, Latencies] = field(default_factory=dict)

    async def warm_up(self, size: Size) -> None:
        for command in COMMANDS.values():
            await self._chat(command, size.warming_count)

    async def round(self, size: Size) -> None:
        await self.client.until_quiet()
        await self._ask_all(QUIET, size.count)
        await self.beside.turn("begin", CROWD_PER_SECOND, CROWD_CHANNELS)
        await self._ask_all(BUSY, size.count)
        crowd = CrowdReport.model_validate(await self.beside.turn("end"))
        self.lines += crowd.lines

    async def _ask_all(self, state: str, count: int) -> None:
        for what, command in COMMANDS.items():
            self._add(f"{what}, {state}", await self._chat(command, count))
        bare = CrowdReport.model_validate(await self.asking.turn("bare", PER_SECOND, count))
        expect_answered(self.stage, bare, count)
        self._add(f"{BARE}, {state}", bare)

    async def _chat(self, command: str, count: int) -> CrowdReport:
        report = CrowdReport.model_validate(await self.asking.turn("chat", PER_SECOND, count, 1, 1, command))
        self.lines += report.lines
        expect_answered(self.stage, report, count)
        return report

    def _add(self, name: str, report: CrowdReport) -> None:
        latencies = Latencies(each / 1_000_000 for each in report.microseconds)
        self.found.setdefault(name, Latencies()).add(latencies)


def expect_answered(stage: Stage, report: CrowdReport, count: int) -> None:
    """Each once, and none twice."""
    stage.expect("what was asked", report.asked, count)
    stage.expect("answers", report.answered, count)
    stage.expect("answers that nobody has asked for", report.surplus, 0)


scenario = BotLatency()
