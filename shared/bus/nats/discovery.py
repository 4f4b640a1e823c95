"""NATS's services protocol: how `nats micro` and `postil status` find a running service and its figures."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson
import structlog

from shared.bus.nats.connection import Connection
from shared.bus.nats.deliveries import moment
from shared.bus.nats.parser import Message
from shared.bus.wire import Calling, ServiceState
from shared.clock import Clock
from shared.errors import PostilError

log = structlog.get_logger()

PREFIX = "$SRV"
TYPE_PREFIX = "io.nats.micro.v1"
# Instances answer at once, so a short silence after an answer means that it was the last one.
SILENCE_SECONDS = 0.25
REPLYING_COUNT_MAX = 256


@dataclass(slots=True)
class DoorFigures:
    """What one endpoint has done so far, by the clock of the work itself."""

    name: str
    pattern: str
    queue: str
    requests: int = 0
    errors: int = 0
    nanoseconds: int = 0
    last_error: str = ""

    def count(self, error: str | None, nanoseconds: int) -> None:
        self.requests += 1
        self.nanoseconds += nanoseconds
        if error is not None:
            self.errors += 1
            self.last_error = error

    def info(self) -> dict[str, object]:
        return {"name": self.name, "subject": self.pattern, "queue_group": self.queue, "metadata": {}}

    def stats(self, vitals: Mapping[str, object]) -> dict[str, object]:
        return {
            "name": self.name,
            "subject": self.pattern,
            "queue_group": self.queue,
            "num_requests": self.requests,
            "num_errors": self.errors,
            "last_error": self.last_error,
            "processing_time": self.nanoseconds,
            "average_processing_time": self.nanoseconds // max(1, self.requests),
            "data": vitals,
        }


class Discovery:
    """One instance, as it answers. `nats.micro` has the same, but times only the taking up of a request."""

    def __init__(self, connection: Connection, calling: Calling, doors: Sequence[DoorFigures], clock: Clock) -> None:
        self._connection = connection
        self._calling = calling
        self._doors = doors
        self._instance = connection.client.new_inbox().rpartition(".")[2]
        self._started_at = clock.now()
        self._replies: set[asyncio.Task[None]] = set()

    def subjects(self) -> Sequence[str]:
        subjects = []
        for verb in ("PING", "INFO", "STATS"):
            everyone = f"{PREFIX}.{verb}"
            ours = f"{everyone}.{self._calling.name}"
            subjects += [everyone, ours, f"{ours}.{self._instance}"]
        return subjects

    def hear(self, question: Message) -> None:
        if not question.reply or len(self._replies) >= REPLYING_COUNT_MAX:
            return
        verb = question.subject.split(".")[1]
        answering = asyncio.get_running_loop().create_task(self._reply(question.reply, self._answer(verb)))
        self._replies.add(answering)
        answering.add_done_callback(self._replies.discard)

    async def _reply(self, inbox: str, answer: Mapping[str, object]) -> None:
        try:
            await self._connection.publish(inbox, orjson.dumps(answer, default=str))
        except PostilError as error:
            log.debug("discovery_reply_failed", because=error.detail)

    def _answer(self, verb: str) -> Mapping[str, object]:
        identity = {
            "type": f"{TYPE_PREFIX}.{verb.lower()}_response",
            "name": self._calling.name,
            "id": self._instance,
            "version": self._calling.version,
            "metadata": {},
        }
        if verb == "INFO":
            endpoints = [door.info() for door in self._doors]
            return identity | {"description": self._calling.description, "endpoints": endpoints}
        if verb == "STATS":
            vitals = self._calling.vitals()
            # The protocol has a place for them at each endpoint only, and not every service has one.
            return identity | {
                "started": self._started_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "endpoints": [door.stats(vitals) for door in self._doors],
                "data": vitals,
            }
        return identity


async def discover(connection: Connection, seconds_max: float) -> Sequence[ServiceState]:
    answers = await connection.gather(
        f"{PREFIX}.STATS", b"", lambda answer: answer.status != 0, seconds_max=seconds_max, silence=SILENCE_SECONDS
    )
    states = (_state(answer.payload) for answer in answers if not answer.status)
    return sorted((state for state in states if state), key=lambda state: (state.name, state.instance))


def _state(payload: bytes) -> ServiceState | None:
    try:
        said = orjson.loads(payload)
        vitals = said.get("data") or next((door.get("data") for door in said.get("endpoints") or ()), None)
        return ServiceState(
            name=said["name"],
            instance=said["id"],
            version=said["version"],
            started_at=moment(said["started"]),
            vitals=vitals if isinstance(vitals, dict) else {},
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        # Anybody may answer discovery, in any way.
        return None
