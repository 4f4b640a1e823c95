"""A message as Postil hears of it, and where it stands in its stream."""

from datetime import datetime

from shared.bus.nats.parser import Message
from shared.bus.wire import Delivery, Place
from shared.clock import from_milliseconds

# What the server adds when it is asked for a stored message.
ADDED_BY_SERVER = frozenset(
    {
        "Nats-Stream",
        "Nats-Subject",
        "Nats-Sequence",
        "Nats-Time-Stamp",
        "Nats-Num-Pending",
        "Nats-Last-Sequence",
        "Nats-UpTo-Sequence",
        "Nats-Pending-Messages",
        "Nats-Pending-Bytes",
    }
)
# $JS.ACK.<stream>.<consumer>.<delivered>.<seq>.<consumer's seq>.<nanoseconds>.<pending>; a newer server may put the
# domain and an account's hash before the stream.
RECEIPT_WORDS = 9


def heard(message: Message) -> Delivery:
    return Delivery(message.subject, message.payload, message.headers)


def consumed(message: Message, epoch: int) -> Delivery:
    """What a consumer delivered: its reply subject says which message it is, and is what acknowledges it."""
    words = message.reply.split(".")
    shift = 0 if len(words) == RECEIPT_WORDS else 2
    return Delivery(
        message.subject,
        message.payload,
        message.headers,
        Place(
            words[2 + shift],
            epoch,
            int(words[5 + shift]),
            from_milliseconds(int(words[7 + shift]) // 1_000_000),
        ),
        int(words[4 + shift]),
        message.reply,
    )


def is_stored(message: Message) -> bool:
    """A message, and not what the server has to say. The status does not tell: any publisher can write one."""
    return "Nats-Sequence" in message.headers


def stored(message: Message, epoch: int) -> Delivery:
    """What the server read out of a stream for us."""
    said = message.headers
    own = {name: value for name, value in said.items() if name not in ADDED_BY_SERVER}
    place = Place(said["Nats-Stream"], epoch, int(said["Nats-Sequence"]), moment(said["Nats-Time-Stamp"]))
    return Delivery(said["Nats-Subject"], message.payload, own, place)


def moment(text: str) -> datetime:
    """A time as the server writes it: RFC 3339 with up to nine digits behind the point."""
    seconds, _, fraction = text.removesuffix("Z").partition(".")
    return datetime.fromisoformat(f"{seconds}.{fraction[:3]:0<3}+00:00")
