"""Does not hear every message that our bus brings."""

from shared.bus.nats.client import Client
from shared.bus.nats.parser import Message
from tests.benchmarks.sabotage import losses

_deliver, _lost = Client._deliver, losses()


def _lossy(client: Client, number: int, message: Message) -> None:
    # What answers its own questions is left to it: otherwise it would not even start.
    if message.subject.startswith("_INBOX") or not next(_lost):
        _deliver(client, number, message)


Client._deliver = _lossy  # type: ignore[method-assign,assignment]  # that is what sabotage is
