"""Publishers in one process, a listener in another: how long until every event of a round is heard, kind by kind.

One round is under way at a time. The next is begun when the listener has told on the same line that it heard the whole
of this one: pacing by a clock would either let two rounds meet when the machine is slow, or measure how long sleeping
processes take to wake up. Telling is not part of what is measured.
"""

from dataclasses import dataclass

from benchmarks.kinds import KINDS, note_raw, player
from benchmarks.latencies import Latencies
from benchmarks.players.report import Report
from benchmarks.playing import Command, Player, playing_together
from benchmarks.scenario import Figure, Ratio, Scenario
from benchmarks.stage import Stage


@dataclass(frozen=True, slots=True)
class Rounds:
    turns: int
    # Of each kind in each turn.
    count: int
    connections: int
    # On each connection in each round.
    events: int
    # Until a round is given up.
    seconds_max: float


class RoundsScenario(Scenario[Rounds]):
    """A scenario that consists of nothing else: it says what is published, by how many, and how often."""

    figures = (
        Figure("bus, p50", "ms"),
        Figure("bus, p99", "ms"),
        Figure("nats-py, p50", "ms"),
        Figure("nats-py, p99", "ms"),
        Figure("nats-py on uvloop, p50", "ms"),
        Figure("nats-py on uvloop, p99", "ms"),
        Figure("raw socket, p50", "ms"),
        Figure("raw socket, p99", "ms"),
    )
    ratios = (
        Ratio("bus, p50", "nats-py, p50"),
        Ratio("bus, p99", "nats-py, p99"),
        Ratio("bus, p50", "nats-py on uvloop, p50"),
        Ratio("bus, p50", "raw socket, p50"),
    )

    async def measure(self, stage: Stage, size: Rounds) -> None:
        for kind, latencies in (await _latencies_by_kind(stage, size)).items():
            stage.note(f"{KINDS[kind]}, p50", latencies.ms(50))
            stage.note(f"{KINDS[kind]}, p99", latencies.ms(99))
            stage.note_latencies(KINDS[kind], latencies)


async def _latencies_by_kind(stage: Stage, rounds: Rounds) -> dict[str, Latencies]:
    note_raw(stage)
    found = {kind: Latencies() for kind in KINDS}
    commands = [command for kind in KINDS for command in _listener_and_publisher(stage, kind, rounds)]
    async with playing_together(*commands) as players:
        ends = dict(zip(KINDS, zip(players[0::2], players[1::2], strict=True), strict=True))
        # In turns, so that a slow moment of the machine meets all of them.
        for _ in range(rounds.turns):
            for kind, (listener, publisher) in ends.items():
                stage.progress(KINDS[kind])
                found[kind].add(await _one_turn(stage, KINDS[kind], listener, publisher, rounds))
    return found


def _listener_and_publisher(stage: Stage, kind: str, rounds: Rounds) -> tuple[Command, Command]:
    url, subject = stage.system.url, f"bench.{stage.tenant}.{kind}"
    return (
        player("listener", kind, url, subject),
        player("publisher", kind, url, subject, rounds.seconds_max, rounds.connections),
    )


async def _one_turn(stage: Stage, name: str, listener: Player, publisher: Player, rounds: Rounds) -> Latencies:
    published = Report.model_validate(await publisher.turn(rounds.count, rounds.events))
    heard = Report.model_validate(await listener.turn("report"))
    # Exactly so many, and every round whole: then each event was heard once.
    stage.expect(f"{name}: events heard", heard.done, rounds.count * rounds.connections * rounds.events)
    stage.expect(f"{name}: rounds heard whole", len(heard.microseconds), rounds.count)
    stage.expect(f"{name}: rounds told of", published.done, rounds.count)
    return Latencies(each / 1_000_000 for each in heard.microseconds)
