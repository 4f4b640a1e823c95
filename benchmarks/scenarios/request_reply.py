"""A request and its reply: one after the other, and a hundred in flight."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from time import perf_counter

import nats

from benchmarks.latencies import Latencies
from benchmarks.players.echo import PLAIN_SUBJECT, Echo
from benchmarks.playing import playing
from benchmarks.scenario import Figure, Ratio, Scenario
from benchmarks.stage import Stage
from shared.bus.bus import Bus
from shared.bus.nats import NatsWire

TEXT = "x" * 128
IN_FLIGHT = 100

Ask = Callable[[], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Size:
    sequential_count: int
    in_flight_count: int
    rounds: int


class RequestReply(Scenario[Size]):
    name = "request-reply"
    about = (
        "A query of 128 bytes answered by a service that does nothing else, through our bus with its contracts on both "
        "sides, beside an echo of the same bytes by plain nats-py."
    )
    figures = (
        Figure("bus, p50", "ms"),
        Figure("nats-py, p50", "ms"),
        Figure("bus, 100 in flight", "requests/s", "higher"),
        Figure("nats-py, 100 in flight", "requests/s", "higher"),
    )
    ratios = (
        Ratio("bus, p50", "nats-py, p50", 1.25),
        Ratio("bus, 100 in flight", "nats-py, 100 in flight", 1.5),
    )
    full = Size(sequential_count=1_000, in_flight_count=20_000, rounds=3)
    smoke = Size(sequential_count=50, in_flight_count=300, rounds=1)

    async def measure(self, stage: Stage, size: Size) -> None:
        url = stage.system.url
        client = await nats.connect(url)
        bus = Bus(await NatsWire.connect(url, name="bench"))
        payload = Echo(text=TEXT).encode()

        async def ask_plain() -> str:
            return Echo.decode((await client.request(PLAIN_SUBJECT, payload, timeout=5)).data).text

        async def ask_bus() -> str:
            return (await bus.ask(stage.tenant, Echo(text=TEXT))).text

        async with AsyncExitStack() as stack:
            stack.push_async_callback(client.close)
            stack.push_async_callback(bus.wire.close)
            await stack.enter_async_context(playing("benchmarks.players.echo", "plain", url))
            await stack.enter_async_context(playing("benchmarks.players.echo", "bus", url))
            asks = {"bus": ask_bus, "nats-py": ask_plain}
            for name, latencies in (await _in_turns(stage, asks, size)).items():
                stage.note(f"{name}, p50", latencies.ms(50))
                stage.note_latencies(f"{name}, one after the other", latencies)
            for name, ask in asks.items():
                stage.note(f"{name}, 100 in flight", await _in_flight(stage, name, ask, size.in_flight_count))


async def _in_turns(stage: Stage, asks: Mapping[str, Ask], size: Size) -> dict[str, Latencies]:
    """Round by round, so that a slow moment of the machine meets all of them."""
    found = {name: Latencies() for name in asks}
    for _ in range(size.rounds):
        for name, ask in asks.items():
            stage.progress(f"{name}, one after the other")
            for _ in range(size.sequential_count):
                begun = perf_counter()
                said = await ask()
                found[name].record(perf_counter() - begun)
                stage.expect(f"{name}: the reply", said, TEXT)
    return found


async def _in_flight(stage: Stage, name: str, ask: Ask, count: int) -> float:
    """Requests in a second, with never more than a hundred under way."""
    stage.progress(f"{name}, {IN_FLIGHT} in flight")
    answered = 0

    async def work() -> None:
        nonlocal answered
        for _ in range(count // IN_FLIGHT):
            said = await ask()
            answered += said == TEXT

    begun = perf_counter()
    await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))
    took = perf_counter() - begun
    stage.expect(f"{name}: replies", answered, count // IN_FLIGHT * IN_FLIGHT)
    return answered / took


scenario = RequestReply()
