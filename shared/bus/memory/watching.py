"""A watch, the process's side. Once it is stopped it hears nothing, not even what is on its way."""

from collections.abc import Callable

from shared.bus.memory.broker import MemoryBroker, Respond, Subscription
from shared.bus.memory.link import Link
from shared.bus.wire import Delivery


class Watching:
    def __init__(
        self,
        broker: MemoryBroker,
        link: Link,
        pattern: str,
        hear: Callable[[Delivery], None],
        missed: Callable[[], None],
    ) -> None:
        self._broker = broker
        self._hear = hear
        self._missed = missed
        self._is_stopped = False
        self._subscription = Subscription(link, pattern, self._receive, missed=self.missed)

    def enter(self) -> None:
        self._broker.subscribe(self._subscription)

    def leave(self) -> None:
        self._is_stopped = True
        self._broker.unsubscribe(self._subscription)

    async def stop(self) -> None:
        self.leave()

    def missed(self) -> None:
        if not self._is_stopped:
            self._missed()

    def _receive(self, delivery: Delivery, respond: Respond | None) -> None:
        if not self._is_stopped:
            self._hear(delivery)
