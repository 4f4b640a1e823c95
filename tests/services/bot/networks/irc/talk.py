"""A session without a connection: what the server says goes in, and what the bot says comes out."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from services.bot.networks.irc.session import Session
from services.bot.networks.network import Heard
from shared.contracts.chat import Say
from shared.settings import IrcSettings

T = TypeVar("T")


def in_a_loop(work: Coroutine[object, object, T]) -> T:
    return asyncio.run(work)


class HandClock:
    """Time that goes on when the test says so."""

    def __init__(self) -> None:
        self._now = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    def goes_on(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


class Talk:
    def __init__(self, *channels: str, **others: object) -> None:
        settings = IrcSettings.model_validate({"host": "irc.example.net", "channels": channels, **others})
        self.clock = HandClock()
        self.heard: list[Heard] = []
        self.session = Session(settings, self.clock, self.heard.append)
        self.session.start()

    def says(self) -> list[str]:
        """What the bot has to say since the last time, as if it never had to wait."""
        lines = list(self.session.out.take_at_once())
        while (line := self.session.out.take_one_in_turn()) is not None:
            lines.append(line)
        return lines

    def after(self, *lines: str) -> list[str]:
        for line in lines:
            self.session.receive(line.encode())
        return self.says()

    def later(self, seconds: float) -> list[str]:
        self.clock.goes_on(seconds)
        self.session.tick()
        return self.says()

    def welcome(self, *features: str) -> list[str]:
        self.after("CAP * LS :")
        return self.after(
            ":irc.test 001 postil :welcome",
            f":irc.test 005 postil {' '.join(features)} :are here",
            ":irc.test 376 postil :x",
        )

    def enters(self, *channels: str, mask: str = "postil!bot@host.example") -> list[str]:
        return self.after(*(f":{mask} JOIN {channel}" for channel in channels))

    def say(self, channel: str, text: str) -> list[str]:
        self.session.say(Say(network="irc", channel=channel, text=text))
        lines: list[str] = []
        while (line := self.session.sayings.next_line()) is not None:
            lines.append(line)
        return lines


def inside(*channels: str, features: tuple[str, ...] = (), **others: object) -> Talk:
    talk = Talk(*channels, **others)
    talk.welcome(*features)
    talk.enters(*channels)
    return talk
