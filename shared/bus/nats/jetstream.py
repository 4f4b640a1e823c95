"""Questions to JetStream's own interface."""

import asyncio
from collections.abc import Mapping

import orjson

from shared.bus.nats.connection import Connection
from shared.bus.nats.parser import Message
from shared.bus.wire import NO_HEADERS, Headers
from shared.errors import NobodyThere, TimedOut, TooLarge, Unavailable

ANSWER_SECONDS_MAX = 5.0
# After a server's start its streams come a little later than its connections.
ABSENT_SECONDS_MAX = 1.0
ABSENT_PAUSE_SECONDS = 0.05
# JetStream's own numbers for a message, and for headers, that it finds too large.
TOO_LARGE = frozenset({10054, 10097})


class Refused(Unavailable):
    """JetStream said no; `reason` is its number for why."""

    def __init__(self, detail: str, code: int, reason: int) -> None:
        super().__init__(detail)
        self.status = code
        self.reason = reason


class JetStream:
    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def ask(self, api: str, question: Mapping[str, object] | None = None) -> dict[str, object]:
        payload = orjson.dumps(question) if question else b""
        reply = await self.patiently(f"$JS.API.{api}", payload)
        return _answer(reply, api)

    async def append(self, subject: str, payload: bytes, headers: Headers) -> int:
        try:
            reply = await self.patiently(subject, payload, headers)
        except TimedOut as error:
            raise TimedOut(f"{error.detail}; a broker whose disk is full is silent like that") from error
        seq = _answer(reply, f"appending to {subject}").get("seq")
        if not isinstance(seq, int):
            raise Unavailable(f"no stream keeps {subject}, but somebody else answers there")
        return seq

    async def patiently(self, subject: str, payload: bytes, headers: Headers = NO_HEADERS) -> Message:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + ABSENT_SECONDS_MAX
        while True:
            try:
                return await self.connection.request(subject, payload, headers, ANSWER_SECONDS_MAX)
            except NobodyThere as error:
                if loop.time() >= deadline:
                    raise Unavailable(f"no stream keeps {subject}") from error
                await asyncio.sleep(ABSENT_PAUSE_SECONDS)


def _answer(reply: Message, asked: str) -> dict[str, object]:
    try:
        answer = orjson.loads(reply.payload)
    except orjson.JSONDecodeError:
        answer = None
    if not isinstance(answer, dict):
        raise Unavailable(f"{asked}: the answer is not JetStream's")
    refusal = answer.get("error")
    if isinstance(refusal, dict):
        said = refusal.get("description", "refused")
        if refusal.get("err_code") in TOO_LARGE:
            raise TooLarge(f"{asked}: {said}")
        raise Refused(f"{asked}: {said}", refusal.get("code", 500), refusal.get("err_code", 0))
    return answer
