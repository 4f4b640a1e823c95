"""Fifty channels with twenty lines a second each, every tenth of them a command: nothing is lost, all is answered once.

One process is all the people and their network. How soon an answer is to be said counts from the moment at which its
line was to be published; beside it another process asks an echo meanwhile, as bare as a request can be.
"""

import asyncio
from dataclasses import dataclass
from time import perf_counter

from benchmarks.client import connected
from benchmarks.latencies import Latencies
from benchmarks.players.crowd import CrowdReport
from benchmarks.playing import playing_together
from benchmarks.scenario import Figure, Ratio, Scenario
from benchmarks.scenarios.bot_latency import expect_answered
from benchmarks.stage import Stage

CHANNELS, LINES_PER_SECOND = 50, 20
EVERY = 10
PER_SECOND = CHANNELS * LINES_PER_SECOND
COMMAND = "!recent 1"
BARE_PER_SECOND = 50
ANSWER, BARE = "answer", "bare request"


@dataclass(frozen=True, slots=True)
class Size:
    seconds: float
    # After the last line.
    finish_seconds_max: float


class ChatLoad(Scenario[Size]):
    name = "chat-load"
    about = (
        f"{CHANNELS} channels with {LINES_PER_SECOND} lines a second each, every {EVERY}th of them a command that asks "
        "the database: from a command until its network is told what to say. All lines are in the database in the end, "
        "and each command was answered exactly once. Beside a bare request and its reply between two other processes "
        "at the same time."
    )
    figures = (
        *(Figure(f"{what}, {percentile}", "ms") for what in (ANSWER, BARE) for percentile in ("p50", "p99")),
        Figure("until all are stored", "lines/s", "higher"),
    )
    ratios = (Ratio(f"{ANSWER}, p50", f"{BARE}, p50"), Ratio(f"{ANSWER}, p99", f"{BARE}, p99"))
    full = Size(seconds=10.0, finish_seconds_max=20.0)
    smoke = Size(seconds=0.5, finish_seconds_max=2.0)

    async def measure(self, stage: Stage, size: Size) -> None:
        url, count = stage.system.url, round(PER_SECOND * size.seconds)
        crowds = [
            ("benchmarks.players.crowd", url, stage.tenant, name, size.finish_seconds_max)
            for name in ("load", "beside")
        ]
        echo = ("benchmarks.players.echo", "bus-bytes", url)
        async with connected(stage) as client, playing_together(echo, *crowds) as (_, load, beside):
            begun = perf_counter()
            said = await asyncio.gather(
                load.turn("chat", PER_SECOND, count, CHANNELS, EVERY, COMMAND),
                beside.turn("bare", BARE_PER_SECOND, round(BARE_PER_SECOND * size.seconds)),
            )
            chat, bare = (CrowdReport.model_validate(each) for each in said)
            stage.expect("lines", chat.lines, count)
            expect_answered(stage, chat, count // EVERY)
            expect_answered(stage, bare, round(BARE_PER_SECOND * size.seconds))
            await client.until_committed(count, seconds_max=size.finish_seconds_max)
            stage.note("until all are stored", count / (perf_counter() - begun))
        for name, report in ((ANSWER, chat), (BARE, bare)):
            latencies = Latencies(each / 1_000_000 for each in report.microseconds)
            stage.note(f"{name}, p50", latencies.ms(50))
            stage.note(f"{name}, p99", latencies.ms(99))
            stage.note_latencies(name, latencies)


scenario = ChatLoad()
