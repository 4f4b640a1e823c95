"""The ingest service: both write doors. What comes in is named and checked by `intake`, and saved by the database."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence

import structlog

from services.ingest.intake import Incoming, Refused, refused_later, take_in
from services.ingest.saving import Saving
from shared.bus.bus import Bus, reply_of_error, reply_with
from shared.bus.streams import INGEST
from shared.bus.wire import Delivery, Reply
from shared.clock import Clock
from shared.contracts.message import tenant_and_address
from shared.contracts.problem import Problem
from shared.contracts.saving import PutDocuments, Receipt, Saved, SaveResults, Sealed
from shared.runtime.dead import Bury, Undertaker
from shared.runtime.process import Context
from shared.runtime.service import Service, answer_raw, consume
from shared.settings import Settings

log = structlog.get_logger()

Taken = Sequence[Sealed | Refused]


class IngestService(Service):
    name = "ingest"
    description = "Takes documents in, by the stream and by request."

    def __init__(
        self, bus: Bus, bury: Bury, settings: Settings, clock: Clock, random_bytes: Callable[[int], bytes]
    ) -> None:
        self._bury = bury
        self._limits = settings.limits
        self._clock = clock
        self._random_bytes = random_bytes
        self._saving = Saving(bus, settings.ingest)
        self._in_order = asyncio.Lock()
        self.accepted = 0
        self.refused = 0

    @consume(INGEST)
    async def take_in(self, batch: Sequence[Delivery]) -> None:
        """Save what can be saved, then bury what can't: after a failure in between, saving again changes nothing."""
        messages: list[tuple[Delivery, Incoming, Taken]] = []
        saving: list[asyncio.Task[Sequence[Receipt]]] = []
        # A batch that comes while this one is being saved stays behind it.
        async with self._in_order:
            for delivery in batch:
                incoming = _incoming(delivery)
                taken = self._take_in(incoming)
                messages.append((delivery, incoming, taken))
                tenant, _ = tenant_and_address(delivery.subject)
                saving.append(asyncio.create_task(self._saving.save(tenant, _sealed(taken))))
                # The first are saved while the others are taken in; and the other door must not wait for a large batch.
                await asyncio.sleep(0)
        saved = await asyncio.gather(*saving)
        for (delivery, incoming, taken), outcomes in zip(messages, saved, strict=True):
            for refused in _refused(incoming, taken, outcomes):
                await self._bury(delivery, refused.reason, payload=refused.original, index=refused.index)
                log.warning("refused", subject=delivery.subject, index=refused.index, reason=refused.reason.detail)
                self.refused += 1

    @answer_raw(PutDocuments)
    async def put(self, tenant: str, request: Delivery) -> Reply:
        taken = self._take_in(Incoming(request.payload, request.headers))
        if isinstance(taken[0], Refused) and taken[0].index is None:
            return _refusal(taken[0])
        receipts = iter(await self._saving.save(tenant, _sealed(taken)))
        results = tuple(
            Saved(error=Problem.of(each.reason)) if isinstance(each, Refused) else _saved(next(receipts))
            for each in taken
        )
        return reply_with(SaveResults(results=results))

    async def stop(self) -> None:
        await self._saving.drain()

    def vitals(self) -> Mapping[str, object]:
        return {"accepted": self.accepted, "refused": self.refused, "saves_waiting": self._saving.waiting}

    def _take_in(self, incoming: Incoming) -> Taken:
        taken = take_in(incoming, self._limits, self._clock.now(), self._random_bytes)
        self.accepted += sum(not isinstance(each, Refused) for each in taken)
        return taken


def _incoming(delivery: Delivery) -> Incoming:
    _, address = tenant_and_address(delivery.subject)
    return Incoming(delivery.payload, delivery.headers, address.removeprefix("docs."), delivery.place)


def _sealed(taken: Taken) -> list[Sealed]:
    return [each for each in taken if not isinstance(each, Refused)]


def _saved(receipt: Receipt) -> Saved:
    id, version, seq, outcome, error = receipt
    return Saved(id=id, version=version, seq=seq, outcome=outcome, error=error)


def _refused(incoming: Incoming, taken: Taken, outcomes: Sequence[Receipt]) -> list[Refused]:
    """What intake refused, and what the database did."""
    answers = iter(outcomes)
    refused: list[Refused] = []
    for index, each in enumerate(taken):
        if isinstance(each, Refused):
            refused.append(each)
        elif (problem := next(answers).error) is not None:
            refused.append(refused_later(incoming, index, problem.error()))
    return refused


def _refusal(refused: Refused) -> Reply:
    """The whole request failed, which its headers and the problem say; the results say it as for any document."""
    reply = reply_of_error(refused.reason)
    problem = Problem.of(refused.reason).encode()
    results = SaveResults(results=(Saved(error=Problem.of(refused.reason)),)).encode()
    return Reply(problem[:-1] + b"," + results[1:], reply.headers)


async def build(context: Context) -> Service:
    return IngestService(
        context.bus,
        Undertaker(context.bus, context.clock).bury,
        context.settings,
        context.clock,
        os.urandom,
    )
