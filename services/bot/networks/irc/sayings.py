"""What the bot wants to say and has said: each in lines that wait for their turn, until the server has shown that it
has taken them.

A server answers in the order in which it is asked. So the answer to a PING tells that everything before it was taken,
unless an error has come meanwhile that names whom it was for.

People may take no more than a half of the room: so there is always some for the channels.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.bot.networks.irc.turns import Turns
from shared.errors import NotFound, PostilError, TimedOut, Unavailable

PING_PREFIX = "postil-"
# For its turn, and then for the server's word. Together it is less than the bot waits, so that it hears how it ended.
WAIT_SECONDS_MAX = 60.0
CONFIRM_SECONDS_MAX = 20.0
# So many lines may go without being confirmed while others wait.
UNCONFIRMED_LINES_MAX = 4

# By the number of the error: whether a later try may help.
ERRORS: dict[str, type[PostilError]] = {
    "401": NotFound,
    "403": NotFound,
    "404": Unavailable,
    "407": NotFound,
    "408": Unavailable,
    "413": NotFound,
    "414": NotFound,
    "439": Unavailable,
    "477": Unavailable,
    "482": Unavailable,
    "486": NotFound,
    "489": Unavailable,
    "531": NotFound,
    "716": NotFound,
}


@dataclass(eq=False, slots=True)
class Saying:
    """`target` is as the server compares names; `alone` if that is a person, and no channel."""

    target: str
    alone: bool
    lines: deque[str]
    count: int
    added_at: float
    done: "asyncio.Future[None]"
    errors: list[PostilError] = field(default_factory=list)

    @property
    def is_begun(self) -> bool:
        return len(self.lines) < self.count


@dataclass(eq=False, slots=True)
class _Batch:
    token: str
    sayings: list[Saying]
    asked_at: float


class Sayings:
    def __init__(self, waiting_count_max: int) -> None:
        self._waiting_count_max = waiting_count_max
        self._waiting: Turns[Saying] = Turns()
        self._begun: Saying | None = None
        self._sent: list[Saying] = []
        self._asked: deque[_Batch] = deque()
        self._lines_sent = 0
        self._number = 0
        self._lost_because: str | None = None
        # Of channels, and of people alone.
        self._waiting_counts = {False: 0, True: 0}

    @property
    def waiting_count(self) -> int:
        return sum(self._waiting_counts.values())

    def add(self, target: str, lines: Sequence[str], now: float, *, alone: bool = False) -> Saying:
        if self._lost_because is not None:
            raise Unavailable(f"{self._lost_because} before the line was said")
        is_too_much = self.waiting_count + len(lines) > self._waiting_count_max
        if is_too_much or (alone and 2 * (self._waiting_counts[alone] + len(lines)) > self._waiting_count_max + 1):
            raise Unavailable(f"{self.waiting_count} lines wait to be said already")
        saying = Saying(target, alone, deque(lines), len(lines), now, asyncio.get_running_loop().create_future())
        self._waiting.put(saying)
        self._waiting_counts[alone] += len(lines)
        return saying

    def next_line(self) -> str | None:
        saying = self._begun or self._waiting.take()
        if saying is None:
            return None
        line = saying.lines.popleft()
        self._waiting_counts[saying.alone] -= 1
        self._lines_sent += 1
        self._begun = saying if saying.lines else None
        if self._begun is None:
            self._sent.append(saying)
        return line

    def wants_confirmation(self) -> bool:
        return bool(self._sent) and (not self.waiting_count or self._lines_sent >= UNCONFIRMED_LINES_MAX)

    def ask(self, now: float) -> str:
        """The token of a PING that is sent now."""
        self._number += 1
        token = f"{PING_PREFIX}{self._number}"
        self._asked.append(_Batch(token, self._sent, now))
        self._sent, self._lines_sent = [], 0
        return token

    def confirm(self, token: str) -> None:
        """What was asked before it is confirmed with it."""
        if not any(batch.token == token for batch in self._asked):
            return
        while self._asked:
            batch = self._asked.popleft()
            for saying in batch.sayings:
                _settle(saying, _verdict(saying))
            if batch.token == token:
                return

    def refuse(self, target: str, number: str, because: str) -> None:
        """One line was not taken: the first that was sent there and is not known to be refused."""
        error = ERRORS[number](f"the network did not take the line: {because}")
        for saying in self._unconfirmed():
            if saying.target == target and len(saying.errors) < saying.count - len(saying.lines):
                saying.errors.append(error)
                return

    def expire(self, now: float) -> None:
        while self._asked and now - self._asked[0].asked_at > CONFIRM_SECONDS_MAX:
            for saying in self._asked.popleft().sayings:
                _settle(saying, TimedOut("the network has not shown that it took the line"))
        for saying in [each for each in self._waiting if now - each.added_at > WAIT_SECONDS_MAX]:
            self._waiting.remove(saying)
            self._waiting_counts[saying.alone] -= saying.count
            _settle(saying, Unavailable(f"its turn did not come for {WAIT_SECONDS_MAX:g} s"))

    def lose(self, because: str) -> None:
        """The connection is gone, and nothing can be said on it any more."""
        self._lost_because = self._lost_because or because
        for saying in self._unconfirmed():
            lost = TimedOut if saying.is_begun else Unavailable
            _settle(saying, lost(f"{because} before the line was said"))
        self._waiting.clear()
        self._asked.clear()
        self._sent, self._begun = [], None
        self._waiting_counts = {False: 0, True: 0}

    def _unconfirmed(self) -> list[Saying]:
        asked = [saying for batch in self._asked for saying in batch.sayings]
        begun = [] if self._begun is None else [self._begun]
        return [*asked, *self._sent, *begun, *self._waiting]


def _verdict(saying: Saying) -> PostilError | None:
    if not saying.errors:
        return None
    if len(saying.errors) < saying.count:
        return TimedOut(f"only a part of it was said: {saying.errors[0].detail}")
    return saying.errors[0]


def _settle(saying: Saying, error: PostilError | None) -> None:
    if saying.done.done():
        return
    if error is None:
        saying.done.set_result(None)
    else:
        saying.done.set_exception(error)
        # Whoever asked may have gone away.
        saying.done.exception()
