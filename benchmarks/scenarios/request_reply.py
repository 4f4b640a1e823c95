"""A request and its reply: one after the other, and a hundred in flight."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmarks import kinds
from benchmarks.kinds import note_raw, player
from benchmarks.latencies import Latencies
from benchmarks.players.echo import Echo, EchoBytes
from benchmarks.players.report import Report
from benchmarks.playing import Command, Player, playing_together
from benchmarks.scenario import Figure, Ratio, Scenario
from benchmarks.stage import Stage
from shared.contracts.message import subject_for

IN_FLIGHT = 100
# Our bus twice: with contracts on both sides, which no peer has, and with the bytes left alone, as by the peers.
KINDS: Mapping[str, str] = {**kinds.KINDS, "bus-bytes": "bus in bytes"}
SUBJECTS = {"bus": Echo.verb, "bus-bytes": EchoBytes.verb}
# The raw socket answers so many times as many requests in a turn, which would be over in a moment otherwise.
RAW_TIMES = 5


@dataclass(frozen=True, slots=True)
class Size:
    turns: int
    # Of each kind in each turn.
    sequential_count: int
    in_flight_count: int
    # Until a reply is given up.
    seconds_max: float


@dataclass
class Found:
    """What came of the turns of one kind so far."""

    latencies: Latencies = field(default_factory=Latencies)
    answered: int = 0
    seconds: float = 0.0


class RequestReply(Scenario[Size]):
    name = "request-reply"
    about = (
        "128 bytes echoed by a process that does nothing else to one that does nothing but ask: through our bus with "
        "its contracts on both sides, and with the bytes left alone; beside plain nats-py on both loops and a raw "
        "socket, where they are no more than compared, too."
    )
    figures = (
        Figure("bus, p50", "ms"),
        Figure("bus, p99", "ms"),
        Figure("bus in bytes, p50", "ms"),
        Figure("nats-py, p50", "ms"),
        Figure("nats-py, p99", "ms"),
        Figure("nats-py on uvloop, p50", "ms"),
        Figure("raw socket, p50", "ms"),
        Figure("bus, 100 in flight", "requests/s", "higher"),
        Figure("bus in bytes, 100 in flight", "requests/s", "higher"),
        Figure("nats-py, 100 in flight", "requests/s", "higher"),
        Figure("nats-py on uvloop, 100 in flight", "requests/s", "higher"),
        Figure("raw socket, 100 in flight", "requests/s", "higher"),
    )
    ratios = (
        Ratio("bus, p50", "nats-py, p50", 1.25),
        Ratio("bus, 100 in flight", "nats-py, 100 in flight", 1.5),
        Ratio("bus in bytes, 100 in flight", "nats-py, 100 in flight", 1.5),
        Ratio("bus, p99", "nats-py, p99"),
        Ratio("bus, p50", "nats-py on uvloop, p50"),
        Ratio("bus, 100 in flight", "nats-py on uvloop, 100 in flight"),
        Ratio("bus, p50", "raw socket, p50"),
        Ratio("bus, 100 in flight", "raw socket, 100 in flight"),
    )
    full = Size(turns=3, sequential_count=1_000, in_flight_count=7_500, seconds_max=10)
    smoke = Size(turns=2, sequential_count=30, in_flight_count=200, seconds_max=1.5)

    async def measure(self, stage: Stage, size: Size) -> None:
        note_raw(stage)
        commands = [command for kind in KINDS for command in _echo_and_asker(stage, kind, size)]
        async with playing_together(*commands) as players:
            found = await _in_turns(stage, dict(zip(KINDS, players[1::2], strict=True)), size)
        for kind, name in KINDS.items():
            latencies = found[kind].latencies
            stage.note(f"{name}, p50", latencies.ms(50))
            if kind in ("bus", "plain"):
                stage.note(f"{name}, p99", latencies.ms(99))
            stage.note(f"{name}, {IN_FLIGHT} in flight", found[kind].answered / found[kind].seconds)
            stage.note_latencies(f"{name}, one after the other", latencies)


def _echo_and_asker(stage: Stage, kind: str, size: Size) -> tuple[Command, Command]:
    url = stage.system.url
    verb = SUBJECTS.get(kind)
    subject = subject_for(stage.tenant, verb) if verb else f"bench.{stage.tenant}.echo-{kind}"
    return player("echo", kind, url, subject), player("asker", kind, url, subject, size.seconds_max)


async def _in_turns(stage: Stage, askers: Mapping[str, Player], size: Size) -> Mapping[str, Found]:
    """So that a slow moment of the machine meets all kinds. Each asker compares every reply with what it asked."""
    found = {kind: Found() for kind in askers}
    for _ in range(size.turns):
        for kind, asker in askers.items():
            stage.progress(f"{KINDS[kind]}, one after the other")
            report = Report.model_validate(await asker.turn(size.sequential_count, 1))
            stage.expect(f"{KINDS[kind]}: replies one after the other", report.done, size.sequential_count)
            for microseconds in report.microseconds:
                found[kind].latencies.record(microseconds / 1_000_000)
        for kind, asker in askers.items():
            stage.progress(f"{KINDS[kind]}, {IN_FLIGHT} in flight")
            count = size.in_flight_count * (RAW_TIMES if kind == "raw" else 1)
            report = Report.model_validate(await asker.turn(count, IN_FLIGHT))
            stage.expect(f"{KINDS[kind]}: replies with {IN_FLIGHT} in flight", report.done, count)
            found[kind].answered += report.done
            found[kind].seconds += report.seconds
    return found


scenario = RequestReply()
