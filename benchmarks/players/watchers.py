"""Many who listen, in one process: `watchers URL TENANT SINCE COUNT EXPECTED SECONDS_MAX`.

So many watchers of the tenant's changes after `SINCE`, as any program would watch them, and as many subscriptions by
plain nats-py beside them; each of either on a connection of its own. When it is told to end, it gives them so many
seconds to have heard of as many documents, and of as many messages, as are expected. Then it reports what each has
heard and when, by the machine's clock, which `perf_counter` reads alike in every process.
"""

import asyncio
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from time import perf_counter

import nats
import orjson
import structlog
import uvloop
from nats.aio.msg import Msg

from benchmarks.players import say, until_told
from shared.bus.bus import Bus
from shared.bus.nats import NatsWire
from shared.bus.wire import Delivery, Stoppable
from shared.settings import WatchSettings
from shared.watch import Overflow, Watcher

PLAIN_SUBJECT = "bench.fan-out"
LISTENING_SECONDS_MAX = 10.0
LOOK_SECONDS = 0.005


@dataclass(slots=True)
class Heard:
    """What one listener has heard, in the order in which it did."""

    ids: list[str] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    # Changes that did not follow on the one before.
    astray: int = 0

    def hear(self, id: str) -> None:
        self.moments.append(perf_counter())
        self.ids.append(id)


class AttentiveWire(NatsWire):
    """Knows when its watcher listens: until then that hears of a change only when it reads the log."""

    listening = False

    async def watch(self, pattern: str, hear: Callable[[Delivery], None], missed: Callable[[], None]) -> Stoppable:
        watch = await super().watch(pattern, hear, missed)
        self.listening = True
        return watch


async def watch(wire: NatsWire, tenant: str, since: int, heard: Heard) -> None:
    async for change in Watcher(Bus(wire), tenant, WatchSettings(), since=since).changes():
        if isinstance(change, Overflow):
            return
        if change.op == "put":
            heard.hear(change.id)
        heard.astray += change.seq != since + 1
        since = change.seq


async def subscribe(stack: AsyncExitStack, url: str, heard: Heard) -> None:
    client = await nats.connect(url)
    stack.push_async_callback(client.close)

    async def hear(message: Msg) -> None:
        heard.hear(orjson.loads(message.data)[0]["id"])

    await client.subscribe(PLAIN_SUBJECT, cb=hear)
    await client.flush()


async def listen(url: str, tenant: str, since: int, count: int, expected: int, seconds_max: float) -> None:
    watchers, plain = [Heard() for _ in range(count)], [Heard() for _ in range(count)]
    async with AsyncExitStack() as stack:
        wires: list[AttentiveWire] = []
        for heard in watchers:
            wire = await AttentiveWire.connect(url, name="watcher")
            stack.push_async_callback(wire.close)
            watching = asyncio.create_task(watch(wire, tenant, since, heard))
            stack.callback(watching.cancel)
            wires.append(wire)
        for heard in plain:
            await subscribe(stack, url, heard)
        await until(lambda: all(wire.listening for wire in wires), LISTENING_SECONDS_MAX)
        say({"ready": True})
        await until_told()
        await until(lambda: all(len(each.ids) >= expected for each in (*watchers, *plain)), seconds_max)
        say({"watchers": watchers, "plain": plain})


async def until(fact: Callable[[], bool], seconds_max: float) -> None:
    """Or until the time is up: what is missing then will be seen in the report."""
    deadline = perf_counter() + seconds_max
    while not fact():
        if perf_counter() > deadline:
            return
        await asyncio.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    url, tenant, since, count, expected, seconds_max = sys.argv[1:]
    uvloop.run(listen(url, tenant, int(since), int(count), int(expected), float(seconds_max)))
