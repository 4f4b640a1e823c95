"""The connection of one wire to the broker: two lines, one each way, that keep order and can be cut."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextvars import Context, copy_context

Arrive = Callable[[], None]


class Line:
    """What goes in first comes out first, however long each message takes."""

    def __init__(self, delay_seconds: Callable[[], float], context: Context) -> None:
        self._delay_seconds = delay_seconds
        self._context = context
        # Not bounded here: a line holds what is on its way, and whoever sends waits for a reply or has a limit.
        self._on_the_way: deque[tuple[float, Arrive]] = deque()
        self._cuts = 0

    def send(self, arrive: Arrive) -> None:
        loop = asyncio.get_running_loop()
        seconds = self._delay_seconds()
        if not self._on_the_way and seconds <= 0:
            loop.call_soon(self._arrive, self._cuts, arrive, context=self._context)
            return
        due = loop.time() + seconds
        self._on_the_way.append((due, arrive))
        # The others wait until the first has gone, also if they are due before it.
        if len(self._on_the_way) == 1:
            loop.call_at(due, self._move, self._cuts)

    def cut(self) -> None:
        """Lose whatever is on its way."""
        self._cuts += 1
        self._on_the_way.clear()

    def _move(self, cuts: int) -> None:
        if cuts != self._cuts:
            return
        loop = asyncio.get_running_loop()
        now = loop.time()
        # The first is due whatever the clock's rounding says: its timer brought us here.
        loop.call_soon(self._arrive, cuts, self._on_the_way.popleft()[1], context=self._context)
        while self._on_the_way and self._on_the_way[0][0] <= now:
            loop.call_soon(self._arrive, cuts, self._on_the_way.popleft()[1], context=self._context)
        if self._on_the_way:
            loop.call_at(self._on_the_way[0][0], self._move, cuts)

    def _arrive(self, cuts: int, arrive: Arrive) -> None:
        if cuts == self._cuts:
            arrive()


class Link:
    """`lost` is called when the broker goes away, `returned` when it is there again."""

    def __init__(
        self,
        name: str,
        delay_seconds: Callable[[], float],
        lost: Callable[[], None],
        returned: Callable[[], None],
    ) -> None:
        self.name = name
        # Context variables don't travel: what arrives is worked on in the context in which its end was made.
        context = copy_context()
        self.to_broker = Line(delay_seconds, context)
        self.from_broker = Line(delay_seconds, context)
        self.is_open = True
        self.lost = lost
        self.returned = returned

    def cut(self) -> None:
        self.is_open = False
        self.to_broker.cut()
        self.from_broker.cut()
