"""Streams and consumers at the server: making them as `shared/bus/streams.py` says, and looking at them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from shared.bus.nats.deliveries import moment
from shared.bus.nats.jetstream import JetStream, Refused
from shared.bus.streams import Consumer, Stream
from shared.bus.wire import ConsumerState, StreamState
from shared.clock import to_milliseconds

NANOSECONDS = 1_000_000_000
# JetStream's own numbers for its refusals.
STREAM_NOT_FOUND = 10059
STREAM_EXISTS = 10058
CONSUMER_NOT_FOUND = 10014

Config = dict[str, object]


class Streams:
    def __init__(self, jetstream: JetStream) -> None:
        self._ask = jetstream.ask

    async def ensure(self, stream: Stream) -> int:
        """Make the stream what it should be; returns its epoch."""
        wanted = stream_config(stream)
        try:
            found = await self._ask(f"STREAM.INFO.{stream.name}")
        except Refused as refusal:
            if refusal.reason != STREAM_NOT_FOUND:
                raise
            found = await self._create(wanted)
        standing = _table(found, "config")
        if any(standing.get(name) != value for name, value in wanted.items()):
            # What an operator has set beyond our own numbers (replicas, placement, …) stays.
            found = await self._ask(f"STREAM.UPDATE.{stream.name}", standing | wanted)
        return _epoch(found)

    async def _create(self, wanted: Config) -> dict[str, object]:
        try:
            return await self._ask(f"STREAM.CREATE.{wanted['name']}", wanted)
        except Refused as refusal:
            # Another service was faster, with other limits.
            if refusal.reason != STREAM_EXISTS:
                raise
            return await self._ask(f"STREAM.INFO.{wanted['name']}")

    async def ensure_consumer(self, consumer: Consumer) -> None:
        wanted = consumer_config(consumer)
        path = f"{consumer.stream.name}.{consumer.name}"
        standing: Mapping[str, object] = {}
        try:
            standing = _table(await self._ask(f"CONSUMER.INFO.{path}"), "config")
        except Refused as refusal:
            if refusal.reason != CONSUMER_NOT_FOUND:
                raise
        if any(standing.get(name) != value for name, value in wanted.items()):
            question = {"stream_name": consumer.stream.name, "config": {**standing, **wanted}}
            await self._ask(f"CONSUMER.CREATE.{path}", question)

    async def epoch(self, stream: Stream) -> int:
        return _epoch(await self._ask(f"STREAM.INFO.{stream.name}"))

    async def states(self) -> Sequence[StreamState]:
        return [await self._state(found) for found in await self._pages("STREAM.LIST", "streams")]

    async def _state(self, found: Mapping[str, object]) -> StreamState:
        name = str(_table(found, "config")["name"])
        figures = cast(Mapping[str, int], _table(found, "state"))
        consumers = await self._pages(f"CONSUMER.LIST.{name}", "consumers")
        return StreamState(
            name=name,
            messages=figures["messages"],
            bytes=figures["bytes"],
            first_seq=figures["first_seq"],
            last_seq=figures["last_seq"],
            consumers=tuple(_consumer_state(consumer) for consumer in consumers),
        )

    async def _pages(self, api: str, field: str) -> list[Mapping[str, object]]:
        gathered: list[Mapping[str, object]] = []
        while True:
            page = await self._ask(api, {"offset": len(gathered)})
            items = cast(list[Mapping[str, object]], page.get(field) or [])
            gathered += items
            if not items or len(gathered) >= cast(int, page.get("total", 0)):
                return gathered


def stream_config(stream: Stream) -> Config:
    work = stream.keeps == "work"
    age_seconds = stream.age_seconds_max
    window_seconds = stream.duplicate_window_seconds
    return {
        "name": stream.name,
        "description": stream.description,
        "subjects": [stream.subject],
        "retention": "workqueue" if work else "limits",
        "discard": "new" if work else "old",
        "storage": "file",
        "max_age": age_seconds * NANOSECONDS,
        "max_bytes": stream.bytes_max,
        # The server refuses a window that is longer than the stream's memory.
        "duplicate_window": (min(window_seconds, age_seconds) if age_seconds else window_seconds) * NANOSECONDS,
        "allow_direct": True,
    }


def consumer_config(consumer: Consumer) -> Config:
    return {
        "durable_name": consumer.name,
        "name": consumer.name,
        "description": consumer.description,
        "filter_subject": consumer.pattern,
        "deliver_policy": "all",
        "ack_policy": "explicit",
        "replay_policy": "instant",
        "ack_wait": int(consumer.ack_wait_seconds * NANOSECONDS),
        "max_ack_pending": consumer.unacknowledged_max,
        # For ever: who gives a message up is the runtime, with a dead letter.
        "max_deliver": -1,
    }


def _epoch(found: Mapping[str, object]) -> int:
    created: datetime = moment(str(found["created"]))
    return to_milliseconds(created)


def _consumer_state(found: Mapping[str, object]) -> ConsumerState:
    figures = cast(Mapping[str, int], found)
    return ConsumerState(
        name=str(found["name"]),
        waiting=figures["num_pending"],
        unacknowledged=figures["num_ack_pending"],
        redelivered=figures["num_redelivered"],
    )


def _table(found: Mapping[str, object], name: str) -> Config:
    return cast(Config, found[name])
