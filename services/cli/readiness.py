"""Whether the system is ready: the broker answers, and so does every service, from the very process that we started."""

import asyncio
from collections.abc import Mapping

import structlog

from services.cli.keeper import Keeper
from services.cli.roster import ServiceName
from shared.bus.connect import connect
from shared.bus.wire import Wire
from shared.errors import Unavailable
from shared.settings import Settings

log = structlog.get_logger()

ANSWER_SECONDS_MAX = 0.5
PAUSE_SECONDS = 0.05


async def until_ready(settings: Settings, nats_url: str, services: Mapping[ServiceName, Keeper]) -> None:
    """However long it takes; after a while it says again and again who is missing."""
    clock = asyncio.get_running_loop()
    patience_ends = clock.time() + settings.up.ready_seconds_max
    missing: list[str] = list(services)
    wire: Wire | None = None
    try:
        while missing:
            try:
                wire = wire or await connect(at(settings, nats_url), name="up")
                missing = await _missing(wire, services)
            except Unavailable as error:
                missing = [f"the broker: {error.detail}"]
            if missing and clock.time() > patience_ends:
                log.warning("not_ready", missing=", ".join(missing))
                patience_ends = clock.time() + settings.up.ready_seconds_max
            if missing:
                await asyncio.sleep(PAUSE_SECONDS)
    finally:
        if wire is not None:
            await wire.close()


def at(settings: Settings, nats_url: str) -> Settings:
    """The same settings, with the broker at this place."""
    return settings.model_copy(update={"nats": settings.nats.model_copy(update={"url": nats_url})})


async def _missing(wire: Wire, services: Mapping[ServiceName, Keeper]) -> list[str]:
    await wire.ready()
    found = {(state.name, state.vitals.get("pid")) for state in await wire.services(ANSWER_SECONDS_MAX)}
    return [name for name, keeper in services.items() if (name.calling, keeper.pid) not in found]
