"""The broker that wires in memory share. It routes, it keeps streams and consumers; it can go away and come back."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count

from shared.bus.memory.consumer import DurableConsumer
from shared.bus.memory.faults import NO_FAULTS, Faults, Weather
from shared.bus.memory.link import Link
from shared.bus.memory.stream import KeptStream
from shared.bus.memory.subjects import matches
from shared.bus.streams import Consumer, Stream
from shared.bus.wire import Delivery, Headers, StreamState
from shared.clock import Clock, to_milliseconds
from shared.errors import Unavailable

Respond = Callable[[Delivery], None]


@dataclass(frozen=True, slots=True, eq=False)
class Subscription:
    """Of the subscriptions of one group, one gets a message; without a group, each does.

    `missed` makes it a watcher's: only those may lose a message, because only those can be told so.
    """

    link: Link
    pattern: str
    receive: Callable[[Delivery, Respond | None], None]
    group: str | None = None
    missed: Callable[[], None] | None = None


class MemoryBroker:
    def __init__(self, clock: Clock, chance: random.Random, faults: Faults = NO_FAULTS) -> None:
        self.clock = clock
        self.weather = Weather(chance, faults)
        self.is_up = True
        self._links: list[Link] = []
        self._subscriptions: list[Subscription] = []
        self._streams: dict[str, KeptStream] = {}
        self._consumers: dict[tuple[str, str], DurableConsumer] = {}
        self._numbers = count(1)

    @property
    def trace(self) -> Sequence[str]:
        """What happened, one line each: equal for equal seeds, so a difference shows where two runs part."""
        return self.weather.trace

    @property
    def faults(self) -> Faults:
        return self.weather.faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self.weather.faults = faults

    def down(self) -> None:
        """Like kill -9: what is on its way is lost, streams and consumers are on disk."""
        if not self.is_up:
            return
        self.weather.note("broker down")
        self.is_up = False
        for link in self._links:
            link.cut()
            link.lost()
        for consumer in self._consumers.values():
            consumer.pause()

    def up(self) -> None:
        if self.is_up:
            return
        self.weather.note("broker up")
        self.is_up = True
        for stream in self._streams.values():
            stream.restart()
        for consumer in self._consumers.values():
            consumer.resume()
        for link in tuple(self._links):
            link.is_open = True
            link.returned()

    def attach(self, link: Link) -> None:
        link.is_open = self.is_up
        self._links.append(link)

    def detach(self, link: Link) -> None:
        link.cut()
        if link in self._links:
            self._links.remove(link)
        self._subscriptions = [known for known in self._subscriptions if known.link is not link]
        for consumer in self._consumers.values():
            consumer.forget(link)

    def next_number(self) -> int:
        return next(self._numbers)

    def subscribe(self, subscription: Subscription) -> None:
        self._subscriptions.append(subscription)

    def unsubscribe(self, subscription: Subscription) -> None:
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)

    def route(self, subject: str, payload: bytes, headers: Headers, respond: Respond | None = None) -> int:
        """To whoever listens; returns how many that are."""
        delivery = Delivery(subject, payload, dict(headers))
        groups: dict[str, list[Subscription]] = {}
        receivers = 0
        for subscription in self._subscriptions:
            if not matches(subscription.pattern, subject):
                continue
            if subscription.group is None:
                receivers += 1
                self._send(subscription, delivery, respond)
            else:
                groups.setdefault(subscription.group, []).append(subscription)
        for members in groups.values():
            self._send(self.weather.chance.choice(members), delivery, respond)
        return receivers + len(groups)

    def publish(self, subject: str, payload: bytes, headers: Headers) -> None:
        self.weather.note(f"publish {subject}")
        self.route(subject, payload, headers)
        if any(matches(stream.limits.subject, subject) for stream in self._streams.values()):
            self._keep(subject, payload, headers)

    def append(self, subject: str, payload: bytes, headers: Headers) -> int:
        # Whoever listens hears it whether or not the stream takes it: so it is with the real one.
        self.route(subject, payload, headers)
        return self._keep(subject, payload, headers)

    def ensure(self, streams: Sequence[Stream], consumers: Sequence[Consumer]) -> None:
        for stream in streams:
            if stream.name in self._streams:
                self._streams[stream.name].limit(stream)
            else:
                self._streams[stream.name] = KeptStream(stream, to_milliseconds(self.clock.now()), self.clock)
        for consumer in consumers:
            key = (consumer.stream.name, consumer.name)
            if key in self._consumers:
                self._consumers[key].limits = consumer
            else:
                self._consumers[key] = DurableConsumer(consumer, self.stream(consumer.stream), self.weather)

    def stream(self, stream: Stream) -> KeptStream:
        if stream.name not in self._streams:
            raise Unavailable(f"there is no stream {stream.name}")
        return self._streams[stream.name]

    def consumer(self, consumer: Consumer) -> DurableConsumer:
        """Makes it, if it is missing."""
        self.ensure([consumer.stream], [consumer])
        return self._consumers[consumer.stream.name, consumer.name]

    def drop(self, stream: Stream, seq: int) -> bool:
        return self.stream(stream).remove(seq)

    def states(self) -> Sequence[StreamState]:
        return [self._state(stream) for stream in self._streams.values()]

    def _state(self, stream: KeptStream) -> StreamState:
        stream.expire()
        readers = [consumer.state() for (name, _), consumer in self._consumers.items() if name == stream.limits.name]
        return StreamState(
            name=stream.limits.name,
            messages=len(stream),
            bytes=stream.bytes,
            first_seq=stream.first_seq,
            last_seq=stream.last_seq,
            consumers=readers,
        )

    def _keep(self, subject: str, payload: bytes, headers: Headers) -> int:
        for name, stream in self._streams.items():
            if matches(stream.limits.subject, subject):
                seq, is_new = stream.append(subject, payload, headers)
                self.weather.note(f"append {subject} {seq}{'' if is_new else ' again'}")
                for (stream_name, _), consumer in self._consumers.items():
                    if stream_name == name and is_new:
                        consumer.deliver()
                return seq
        raise Unavailable(f"no stream keeps {subject}")

    def _send(self, subscription: Subscription, delivery: Delivery, respond: Respond | None) -> None:
        if subscription.missed is not None and self.weather.happens(self.faults.watch_lost):
            self.weather.note(f"{subscription.link.name} does not hear {delivery.subject}")
            seconds = self.weather.chance.uniform(0, self.faults.missed_seconds_max)
            asyncio.get_running_loop().call_later(seconds, self._tell_missed, subscription)
            return
        subscription.link.from_broker.send(lambda: subscription.receive(delivery, respond))

    def _tell_missed(self, subscription: Subscription) -> None:
        # The link's own line, so that it comes after what was sent before. If it is cut by now, its return tells.
        if subscription.missed is not None and subscription.link.is_open:
            subscription.link.from_broker.send(subscription.missed)
