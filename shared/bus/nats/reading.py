"""Messages that a stream keeps: read page by page, the newest one, and removing one."""

from collections.abc import Sequence

import orjson

from shared.bus.nats.connection import NO_RESPONDERS
from shared.bus.nats.deliveries import is_stored, stored
from shared.bus.nats.jetstream import ANSWER_SECONDS_MAX, JetStream, Refused
from shared.bus.nats.parser import Message
from shared.bus.nats.streams import Streams
from shared.bus.streams import Stream
from shared.bus.wire import Delivery
from shared.errors import TimedOut, Unavailable

PAGE_BYTES_MAX = 16 * 1024 * 1024
END_OF_PAGE = 204
NOT_FOUND = 404
MESSAGE_NOT_FOUND = frozenset({10037, 10043, 10057})


class Reading:
    def __init__(self, jetstream: JetStream, streams: Streams) -> None:
        self._jetstream = jetstream
        self._streams = streams

    async def page(self, stream: Stream, pattern: str, after_seq: int, count_max: int) -> Sequence[Delivery]:
        if count_max < 1:
            return ()
        question = {
            "seq": after_seq + 1,
            "next_by_subj": pattern,
            "batch": count_max,
            "max_bytes": PAGE_BYTES_MAX,
        }
        return await self._direct(stream, question)

    async def last(self, stream: Stream, pattern: str) -> Delivery | None:
        found = await self._direct(stream, {"last_by_subj": pattern})
        return found[0] if found else None

    async def drop(self, stream: Stream, seq: int) -> bool:
        try:
            await self._jetstream.ask(f"STREAM.MSG.DELETE.{stream.name}", {"seq": seq, "no_erase": True})
        except Refused as refusal:
            if refusal.reason in MESSAGE_NOT_FOUND:
                return False
            raise
        return True

    async def _direct(self, stream: Stream, question: dict[str, object]) -> Sequence[Delivery]:
        """Ask the stream's store itself: the bodies come as they are, not wrapped into JSON."""
        epoch = await self._streams.epoch(stream)
        answers = await self._jetstream.connection.gather(
            f"$JS.API.DIRECT.GET.{stream.name}",
            orjson.dumps(question),
            _is_last if "batch" in question else _is_anything,
            seconds_max=ANSWER_SECONDS_MAX,
            silence=ANSWER_SECONDS_MAX,
        )
        found = [stored(answer, epoch) for answer in answers if is_stored(answer)]
        if not answers or ("batch" in question and is_stored(answers[-1])):
            raise TimedOut(f"reading from {stream.name}: the broker did not answer in time")
        status = 0 if is_stored(answers[-1]) else answers[-1].status
        if status == NO_RESPONDERS:
            raise Unavailable(f"the stream {stream.name} can't be read: nobody answers for it")
        if status not in (0, END_OF_PAGE, NOT_FOUND):
            raise Unavailable(f"the stream {stream.name} can't be read: {answers[-1].description}")
        return found


def _is_last(answer: Message) -> bool:
    return not is_stored(answer)


def _is_anything(answer: Message) -> bool:
    return True
