"""What a service is: a class whose handlers carry their wiring in their annotations.

`answer` takes a query and returns its reply, `consume` takes a batch from a durable stream and acknowledges it by
returning, `watch` hears live events that nobody acknowledges.
"""

import inspect
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar, get_args, get_origin, get_type_hints

from shared.bus.streams import Consumer
from shared.bus.wire import Delivery
from shared.contracts.message import Encoded, Query

_WIRING = "__postil_wiring__"
HandlerT = TypeVar("HandlerT", bound=Callable[..., Awaitable[object]])


@dataclass(frozen=True, slots=True)
class Answering:
    """`raw` handlers take the delivery and return the reply as they are, because these have more forms than one."""

    query: type[Query[Any]]
    raw: bool


@dataclass(frozen=True, slots=True)
class Consuming:
    consumer: Consumer


@dataclass(frozen=True, slots=True)
class Watching:
    address: str


Wiring = Answering | Consuming | Watching


class Service:
    """The base of every service. `start` and `stop` enclose the time in which its handlers are called."""

    name: ClassVar[str]
    description: ClassVar[str]
    # There is never a second one, so when it starts anew, what the one before was asked is lost.
    alone: ClassVar[bool] = False

    async def start(self) -> None:
        """Get ready, before any handler is called."""

    def loops(self) -> Sequence[Coroutine[Any, Any, None]]:
        """What runs beside the handlers until `stop`. One that raises ends the process, so that it starts anew."""
        return ()

    async def stop(self) -> None:
        """No handler is called any more: finish what is in hand, and let the loops end."""

    async def close(self) -> None:
        """The loops have ended: let go of what was opened."""

    def vitals(self) -> Mapping[str, object]:
        """Figures for `status`."""
        return {}


def answer(handler: HandlerT) -> HandlerT:
    """`async def get(self, tenant: str, query: GetDocument) -> Document`, or `-> Encoded[Document]`"""
    hints = get_type_hints(handler)
    query = hints.get("query")
    if not (isinstance(query, type) and issubclass(query, Query)):
        raise TypeError(f"{handler.__qualname__}: 'query' must be annotated with a query class")
    returned = hints.get("return")
    promised = get_args(returned)[0] if get_origin(returned) is Encoded else returned
    if promised is not query.reply:
        raise TypeError(f"{handler.__qualname__} must return {query.reply.__name__}, the reply of {query.__name__}")
    return _wired(handler, Answering(query, raw=False))


def answer_raw(query: type[Query[Any]]) -> Callable[[HandlerT], HandlerT]:
    """`async def put(self, tenant: str, request: Delivery) -> Reply`"""
    return lambda handler: _wired(handler, Answering(query, raw=True))


def consume(consumer: Consumer) -> Callable[[HandlerT], HandlerT]:
    """`async def take_in(self, batch: Sequence[Delivery]) -> None`; returning acknowledges the batch."""
    return lambda handler: _wired(handler, Consuming(consumer))


def watch(address: str) -> Callable[[HandlerT], HandlerT]:
    """`async def hear(self, tenant: str, event: Delivery) -> None`; the address may hold wildcards."""
    return lambda handler: _wired(handler, Watching(address))


def handlers_of(service: Service) -> Iterator[tuple[Wiring, Callable[..., Awaitable[Any]]]]:
    for _, handler in inspect.getmembers(service, inspect.ismethod):
        wiring = getattr(handler, _WIRING, None)
        if wiring is not None:
            yield wiring, handler


def _wired(handler: HandlerT, wiring: Wiring) -> HandlerT:
    setattr(handler, _WIRING, wiring)
    return handler


Batch = Sequence[Delivery]
