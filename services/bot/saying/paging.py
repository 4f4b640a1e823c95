"""An answer page by page: the first is said, and the rest is kept for a while, for whoever asks for more."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.bot.command import Call, Person, Place
from services.bot.wording import ELLIPSIS, counted
from shared.clock import Clock, is_within
from shared.settings import BotSettings

# More lines no answer has; beside it, what is kept of all of them, for how many people, and for how long.
LINES_MAX = 200
ALL_LINES_MAX = 20_000
PEOPLE_MAX = 1_000
KEPT = timedelta(minutes=10)
# An answer of more pages than that is told to whoever asked, and not to the channel.
CHANNEL_PAGES_MAX = 3

# A private conversation has no name of its own here: the network may write its person's in another way than we do. And
# whoever has come by somebody's name is not that person.
_Key = tuple[str, str, str | None, Person]


@dataclass(slots=True)
class _Rest:
    lines: Sequence[str]
    kept_at: datetime


class Pages:
    def __init__(self, settings: BotSettings, clock: Clock) -> None:
        self.settings = settings
        self._clock = clock
        # The oldest first.
        self._rests: OrderedDict[_Key, _Rest] = OrderedDict()
        self._lines = 0

    def is_too_long(self, lines: Sequence[str], place: Place) -> bool:
        """Whether so much is too much for everybody in there."""
        return not place.is_private and len(lines) > CHANNEL_PAGES_MAX * self._size(place)

    def first(self, call: Call, place: Place, lines: Sequence[str]) -> Sequence[str]:
        """What is said at once. The rest takes the place of what was left of an earlier answer."""
        return self._page(call, place, lines)

    def more(self, call: Call) -> Sequence[str]:
        """The next page, empty if there is none; whoever says it must not page it again."""
        rest = self._forget(_key(call, call.place))
        if rest is None or not is_within(self._clock.now(), rest.kept_at, KEPT):
            return ()
        return self._page(call, call.place, rest.lines)

    def _size(self, place: Place) -> int:
        settings = self.settings
        # The last line of a page is for saying how much is left, so a page of one would never end.
        return max(2, settings.private_lines_count_max if place.is_private else settings.lines_count_max)

    def _page(self, call: Call, place: Place, lines: Sequence[str]) -> Sequence[str]:
        size = self._size(place)
        if len(lines) <= size:
            return lines
        shown, rest = lines[: size - 1], lines[size - 1 :]
        self._keep(_key(call, place), rest)
        return [*shown, f"{ELLIPSIS} {counted(len(rest), 'more line')}: {self.settings.prefix}more"]

    def _keep(self, key: _Key, lines: Sequence[str]) -> None:
        self._forget(key)
        self._rests[key] = _Rest(lines, self._clock.now())
        self._lines += len(lines)
        while len(self._rests) > PEOPLE_MAX or self._lines > ALL_LINES_MAX:
            self._forget(next(iter(self._rests)))

    def _forget(self, key: _Key) -> _Rest | None:
        rest = self._rests.pop(key, None)
        if rest is not None:
            self._lines -= len(rest.lines)
        return rest


def _key(call: Call, place: Place) -> _Key:
    return call.tenant, place.network, None if place.is_private else place.channel, call.who
