"""Live events for a handler."""

import asyncio

from shared.bus.wire import Delivery
from shared.runtime.live import LiveLoop
from tests.until import until


def event(number: int) -> Delivery:
    return Delivery(f"postil.main.docs.chat.{number}", b"")


async def test_events_are_handled_in_order_with_their_tenant() -> None:
    heard: list[tuple[str, str]] = []

    async def handle(tenant: str, delivery: Delivery) -> None:
        heard.append((tenant, delivery.subject))

    loop = LiveLoop(handle, waiting_max=10)
    for number in range(3):
        loop.hear(event(number))
    loop.stop()
    await loop.run()
    assert heard == [("main", f"postil.main.docs.chat.{number}") for number in range(3)]
    assert (loop.heard, loop.dropped) == (3, 0)


async def test_one_event_that_fails_does_not_end_the_listening() -> None:
    heard: list[str] = []

    async def handle(tenant: str, delivery: Delivery) -> None:
        if delivery.subject.endswith(".1"):
            raise ValueError("can't")
        heard.append(delivery.subject)

    loop = LiveLoop(handle, waiting_max=10)
    running = asyncio.create_task(loop.run())
    for number in range(3):
        loop.hear(event(number))
    await until(lambda: loop.heard == 3)
    loop.stop()
    await running
    assert heard == ["postil.main.docs.chat.0", "postil.main.docs.chat.2"]


async def test_who_is_too_slow_loses_the_oldest_and_the_loss_is_counted() -> None:
    heard: list[str] = []

    async def handle(tenant: str, delivery: Delivery) -> None:
        heard.append(delivery.subject[-1])

    loop = LiveLoop(handle, waiting_max=2)
    for number in range(5):
        loop.hear(event(number))
    loop.stop()
    await loop.run()
    assert (heard, loop.dropped) == (["3", "4"], 3)
