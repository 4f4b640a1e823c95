"""Hearing what is published, from now on."""

from collections.abc import Callable

import structlog

from shared.bus.nats.connection import Connection
from shared.bus.nats.deliveries import heard
from shared.bus.nats.ear import Ear
from shared.bus.wire import Delivery
from shared.errors import Unavailable

log = structlog.get_logger()


class NatsWatch:
    """There is no queue in it: who hears too slowly holds the connection up, is cut off by the server, and told so."""

    def __init__(self, connection: Connection, ear: Ear, missed: Callable[[], None]) -> None:
        self._connection = connection
        self._ear = ear
        connection.opened[self] = None
        connection.returned[self] = missed

    @classmethod
    async def open(
        cls, connection: Connection, pattern: str, hear: Callable[[Delivery], None], missed: Callable[[], None]
    ) -> "NatsWatch":
        ear = await connection.hear(pattern, lambda message: hear(heard(message)))
        try:
            await connection.confirm([ear])
        except BaseException:
            ear.forget()
            raise
        return cls(connection, ear, missed)

    async def stop(self) -> None:
        if self not in self._connection.opened:
            return
        del self._connection.opened[self]
        del self._connection.returned[self]
        try:
            await self._connection.silence([self._ear])
        except Unavailable as error:
            log.debug("stopped_without_broker", because=error.detail)
