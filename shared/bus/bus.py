"""Contracts over a wire: a query goes out and its reply comes back as classes; an error comes back as itself."""

from collections.abc import Sequence
from typing import TypeVar, cast

import orjson

from shared.bus.wire import MESSAGE_ID_HEADER, NO_HEADERS, Delivery, Headers, Reply, Stoppable, Wire
from shared.contracts.message import ROOT, Contract, Encoded, Event, Query, subject_for
from shared.contracts.problem import Problem
from shared.errors import PostilError

ReplyT = TypeVar("ReplyT", bound=Contract)

# The headers by which NATS's services protocol marks a failed request.
ERROR_HEADER = "Nats-Service-Error"
ERROR_CODE_HEADER = "Nats-Service-Error-Code"

REQUEST_SECONDS_MAX = 5.0
# Beside the tenants' subjects, because it concerns all of them.
OPENED = f"{ROOT}-opened"


class Bus:
    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    async def ask(self, tenant: str, query: Query[ReplyT], *, seconds_max: float = REQUEST_SECONDS_MAX) -> ReplyT:
        reply = await self.ask_raw(tenant, query.verb, query.encode(), seconds_max=seconds_max)
        return cast(ReplyT, query.reply.decode(reply.payload))

    async def ask_raw(
        self,
        tenant: str,
        verb: str,
        payload: bytes,
        headers: Headers = NO_HEADERS,
        *,
        seconds_max: float = REQUEST_SECONDS_MAX,
    ) -> Delivery:
        """Ask in bytes, for a payload that is encoded already; a refusal is raised as the error it stands for."""
        reply = await self.wire.request(subject_for(tenant, verb), payload, headers, seconds_max=seconds_max)
        if ERROR_CODE_HEADER in reply.headers:
            raise Problem.decode(reply.payload).error()
        return reply

    async def publish(self, tenant: str, event: Event, *, message_id: str | None = None) -> None:
        """Tell. A durable event is on disk when this returns; with a message id, saying it again is harmless."""
        headers = {MESSAGE_ID_HEADER: message_id} if message_id else NO_HEADERS
        subject = subject_for(tenant, event.address)
        if event.durable:
            await self.wire.append(subject, event.encode(), headers)
        else:
            await self.wire.publish(subject, event.encode(), headers)

    async def tell_opened(self, service: str, verbs: Sequence[str]) -> None:
        """A service of which there is only one has opened its doors: whatever an earlier one was asked is lost."""
        await self.wire.publish(f"{OPENED}.{service}", orjson.dumps(verbs))

    async def hear_opened(self) -> Stoppable:
        """From now on, fail at once what was asked of a service that is gone, instead of waiting in vain."""
        return await self.wire.watch(f"{OPENED}.*", self._abandon, lambda: None)

    def _abandon(self, opened: Delivery) -> None:
        verbs = set(orjson.loads(opened.payload))
        service = opened.subject.rpartition(".")[2]
        self.wire.abandon(lambda subject: subject.rpartition(".")[2] in verbs, f"the {service} was started anew")


def reply_with(answer: Contract | Encoded[Contract]) -> Reply:
    return Reply(answer.payload if isinstance(answer, Encoded) else answer.encode())


def reply_of_error(error: PostilError) -> Reply:
    one_line = " ".join(error.detail.split())[:500]
    headers = {ERROR_CODE_HEADER: str(error.code), ERROR_HEADER: one_line.encode("ascii", "replace").decode()}
    return Reply(Problem.of(error).encode(), headers)
