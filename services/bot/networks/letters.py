"""What a network hears, on its way to the bus: as documents, in the order of each channel, tried as often as it takes.

Whoever listens to the bus hears a line at once, so none of them waits until the disk has the one before it: some
messages of a channel are on their way at a time, and what it hears beyond that goes together into the next. When one is
not taken, the channel stands still until those that were are known, and goes on from there in the old order.
"""

import asyncio
from collections import deque
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from itertools import count

import structlog
from pydantic import ValidationError

from services.bot.networks.network import Heard
from shared.bus.wire import MESSAGE_ID_HEADER, Wire
from shared.contracts.chat import chat_collection
from shared.contracts.documents import Draft
from shared.contracts.message import subject_for
from shared.errors import PostilError, Unavailable
from shared.runtime.patience import Patience

log = structlog.get_logger()

WAITING_COUNT_MAX = 10_000
FLYING_IN_CHANNEL_MAX = 8
FLYING_MAX = 256
TOGETHER_COUNT_MAX = 256
TOGETHER_BYTES_MAX = 256 * 1024
RETRY_SECONDS_MIN = 0.05
RETRY_SECONDS_MAX = 5.0
# What is still not on the bus so long after we were told to stop is lost.
FINISH_SECONDS_MAX = 3.0
ID_CHARACTERS_MAX = 200


@dataclass(slots=True)
class _Letter:
    """A message with its number: it is the same for every try, so if one was taken after all, the others are not."""

    number: int
    payload: bytes
    lines_count: int


@dataclass(slots=True)
class _Lane:
    """A channel of which something waits or is on its way."""

    channel: str
    subject: str
    # Documents as JSON.
    waiting: deque[bytes] = field(default_factory=deque)
    flying: int = 0
    not_taken: list[_Letter] = field(default_factory=list)
    is_repairing: bool = False


class Letters:
    def __init__(self, wire: Wire, tenant: str, network: str, run_name: str) -> None:
        self._wire = wire
        self._tenant = tenant
        self._network = network
        self._ids = f"{network}.{run_name}"
        self._numbers = count(1)
        self._lanes: dict[str, _Lane] = {}
        self._slots = asyncio.Semaphore(FLYING_MAX)
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting_count = 0
        self._sent = self._lost = 0

    def take(self, heard: Heard) -> None:
        """Never waits, and never raises: what can't be sent is counted."""
        try:
            document = self._document(heard)
        except ValidationError as error:
            self._lose(1, f"{error.error_count()} of its fields are not fit for a document")
            return
        if self._waiting_count >= WAITING_COUNT_MAX:
            self._lose(1, "too many lines wait for the bus")
            return
        self._waiting_count += 1
        lane = self._lanes.get(heard.channel)
        if lane is None:
            subject = subject_for(self._tenant, f"docs.{chat_collection(self._network, heard.channel)}")
            lane = self._lanes[heard.channel] = _Lane(heard.channel, subject)
        lane.waiting.append(document)
        self._go_on(lane)

    async def finish(self) -> None:
        deadline = asyncio.get_running_loop().time() + FINISH_SECONDS_MAX
        while self._tasks and (seconds_left := deadline - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(self._tasks, timeout=seconds_left)
        late = tuple(self._tasks)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        if self._waiting_count:
            self._lose(self._waiting_count, "the bus was away when we had to stop")

    def vitals(self) -> Mapping[str, object]:
        return {"lines_waiting": self._waiting_count, "lines_sent": self._sent, "lines_lost": self._lost}

    def _go_on(self, lane: _Lane) -> None:
        if lane.not_taken:
            if not lane.flying and not lane.is_repairing:
                lane.is_repairing = True
                self._start(self._repair(lane))
            return
        while lane.waiting and lane.flying < FLYING_IN_CHANNEL_MAX:
            self._start(self._carry(lane, self._next_letter(lane)))
            lane.flying += 1
        if not lane.flying:
            del self._lanes[lane.channel]

    def _start(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, lane: _Lane, letter: _Letter) -> None:
        if lane.not_taken or not await self._is_settled(lane, letter):
            lane.not_taken.append(letter)
        lane.flying -= 1
        self._go_on(lane)

    async def _repair(self, lane: _Lane) -> None:
        """One after the other, while nothing else of the channel is on its way."""
        patience = Patience(RETRY_SECONDS_MIN, RETRY_SECONDS_MAX)
        lane.not_taken.sort(key=lambda letter: letter.number)
        while lane.not_taken:
            await asyncio.sleep(patience.next_pause_seconds())
            while lane.not_taken and await self._is_settled(lane, lane.not_taken[0]):
                del lane.not_taken[0]
                patience.reset()
        lane.is_repairing = False
        self._go_on(lane)

    async def _is_settled(self, lane: _Lane, letter: _Letter) -> bool:
        headers = {MESSAGE_ID_HEADER: f"{self._ids}.{letter.number}"}
        try:
            async with self._slots:
                await self._wire.append(lane.subject, letter.payload, headers)
        except Unavailable as error:
            if not lane.not_taken:
                log.warning("waiting", network=self._network, channel=lane.channel, because=error.detail)
            return False
        except PostilError as error:
            self._lose(letter.lines_count, error.detail)
        else:
            self._sent += letter.lines_count
        self._waiting_count -= letter.lines_count
        return True

    def _next_letter(self, lane: _Lane) -> _Letter:
        """At least one document, and as many as go together."""
        documents = [lane.waiting.popleft()]
        bytes_taken = len(documents[0])
        while (
            lane.waiting
            and len(documents) < TOGETHER_COUNT_MAX
            and (bytes_taken := bytes_taken + len(lane.waiting[0])) <= TOGETHER_BYTES_MAX
        ):
            documents.append(lane.waiting.popleft())
        payload = documents[0] if len(documents) == 1 else b"[" + b",".join(documents) + b"]"
        return _Letter(next(self._numbers), payload, len(documents))

    def _document(self, heard: Heard) -> bytes:
        return Draft(
            id=self._id_of(heard),
            kind=heard.kind,
            text=heard.text.replace("\0", "") or None,
            author=heard.author,
            source=f"network:{self._network}",
            occurred_at=heard.at,
            data=heard.speaker.model_dump(exclude_defaults=True),
        ).encode()

    def _id_of(self, heard: Heard) -> str:
        """The network's own, if it is fit for a document: then what comes again is the same document."""
        own = f"{self._network}.{heard.id}"
        is_fit = heard.id and own.isprintable() and own == own.strip() and len(own) <= ID_CHARACTERS_MAX
        return own if is_fit else f"{self._ids}.{next(self._numbers)}"

    def _lose(self, lines_count: int, because: str) -> None:
        # The first is told of, and then one in a thousand.
        if self._lost // 1_000 != (self._lost + lines_count) // 1_000 or not self._lost:
            log.warning("lines_lost", network=self._network, because=because, lost=self._lost + lines_count)
        self._lost += lines_count
