"""What the tests of an IRC network share: settings that don't wait long, and a network that is running."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

from services.bot.networks.irc.network import IrcNetwork
from services.bot.networks.network import Heard
from shared.clock import SystemClock
from shared.contracts.chat import Say
from shared.settings import IrcSettings
from tests.irc_server import HOST
from tests.until import until


def settings_for(port: int, *channels: str, **others: object) -> IrcSettings:
    quick = {"pause_seconds": 0.01, "reconnect_seconds_min": 0.02, "reconnect_seconds_max": 0.1}
    return IrcSettings.model_validate(
        {"host": HOST, "port": port, "tls": False, "channels": channels, **quick, **others}
    )


def line(channel: str, text: str, to: str | None = None) -> Say:
    return Say(network="irc", channel=channel, text=text, to=to)


class Running:
    def __init__(self, settings: IrcSettings) -> None:
        self.network = IrcNetwork("irc", settings, SystemClock(), Random(1))
        self.heard: list[Heard] = []

    def is_in(self, *channels: str) -> bool:
        return self.network.vitals()["channels"] == list(channels)

    async def comes(self, *channels: str) -> None:
        await until(lambda: self.is_in(*channels))

    async def hears(self, text: str) -> Heard:
        await until(lambda: any(heard.text == text for heard in self.heard))
        return next(heard for heard in self.heard if heard.text == text)

    def has_lost(self, because: str) -> bool:
        return because in str(self.network.vitals()["because"])


@asynccontextmanager
async def running(settings: IrcSettings) -> AsyncIterator[Running]:
    run = Running(settings)
    task = asyncio.create_task(run.network.run(run.heard.append))
    try:
        yield run
    finally:
        await run.network.stop()
        await task
