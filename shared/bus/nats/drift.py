"""How the streams and consumers at the server differ from what is written down: what `ensure` would make or change."""

from collections.abc import AsyncIterator, Mapping, Sequence

import orjson

from shared.bus.nats.streams import consumer_config, stream_config
from shared.bus.streams import Consumer, Stream
from shared.bus.wire import Wire
from shared.contracts.upkeep import Finding
from shared.errors import Unavailable

ANSWER_SECONDS_MAX = 5.0
MISSING = 404


async def drift(wire: Wire, streams: Sequence[Stream], consumers: Sequence[Consumer]) -> Sequence[Finding]:
    """The wire must be one over NATS."""
    found: list[Finding] = []
    for stream in streams:
        api = f"STREAM.INFO.{stream.name}"
        found += [finding async for finding in _differences(wire, "stream", stream.name, api, stream_config(stream))]
    missing = {finding.where for finding in found}
    for consumer in consumers:
        if consumer.stream.name not in missing:
            where = f"{consumer.stream.name}/{consumer.name}"
            api = f"CONSUMER.INFO.{consumer.stream.name}.{consumer.name}"
            wanted = consumer_config(consumer)
            found += [finding async for finding in _differences(wire, "consumer", where, api, wanted)]
    return found


async def _differences(
    wire: Wire, what: str, where: str, api: str, wanted: Mapping[str, object]
) -> AsyncIterator[Finding]:
    reply = await wire.request(f"$JS.API.{api}", b"", seconds_max=ANSWER_SECONDS_MAX)
    answer = orjson.loads(reply.payload)
    error = answer.get("error")
    if error is not None and error.get("code") != MISSING:
        raise Unavailable(f"the {what} {where} can't be looked at: {error.get('description')}")
    if error is not None:
        yield Finding(what=what, where=where, found="missing", expected=str(wanted["description"]))
        return
    standing = answer["config"]
    for name, value in wanted.items():
        if standing.get(name) != value:
            yield Finding(what=what, where=f"{where} {name}", found=str(standing.get(name)), expected=str(value))
