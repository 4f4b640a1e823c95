"""The door of a network that lives in the bot's own process: what it hears becomes documents, and what is to be said on
it is asked for here, like any other request.
"""

import asyncio
from collections.abc import Mapping
from random import Random

import structlog

from services.bot.networks.letters import Letters
from services.bot.networks.network import Network
from shared import __version__
from shared.bus.bus import Bus, reply_of_error, reply_with
from shared.bus.wire import Calling, Delivery, Endpoint, Reply, Stoppable
from shared.clock import Clock, to_milliseconds
from shared.contracts.chat import Said, Say
from shared.contracts.message import ROOT, subject_for, tenant_and_address
from shared.errors import Internal, Invalid, PostilError, TimedOut, Unavailable
from shared.runtime.patience import Patience, pause_unless

log = structlog.get_logger()

REQUESTS_MAX = 256
# Lines whose ids are remembered, so that none of them is said twice.
REMEMBERED_MAX = 4_096
RETRY_SECONDS_MIN = 0.05
RETRY_SECONDS_MAX = 5.0


class NetworkDoor:
    def __init__(self, bus: Bus, network: Network, clock: Clock, chance: Random) -> None:
        # Another one each time that a process starts: the ids of lines are made from it.
        run_name = f"{to_milliseconds(clock.now()):x}{chance.getrandbits(16):04x}"
        self._bus = bus
        self._network = network
        self._clock = clock
        self._letters = Letters(bus.wire, network.tenant, network.name, run_name)
        self._stopping = asyncio.Event()
        # By the ids of lines that were said, may have been, or are just being said.
        self._said: dict[str, asyncio.Task[Reply]] = {}

    async def run(self) -> None:
        """Until it is stopped, and what was heard is on the bus."""
        opened = await self._open_patiently()
        if opened is None:
            return
        try:
            await self._network.run(self._letters.take)
        finally:
            await opened.stop()
            await self._letters.finish()

    async def stop(self) -> None:
        self._stopping.set()
        await self._network.stop()

    def vitals(self) -> Mapping[str, object]:
        return {**self._network.vitals(), **self._letters.vitals()}

    async def _open_patiently(self) -> Stoppable | None:
        """None if we were told to stop before the broker let us."""
        name = self._network.name
        # Under no name that a service may have.
        calling = Calling(f"{ROOT}-chat-{name}", __version__, f"Speaks on the network {name}.", self.vitals)
        pattern = subject_for(self._network.tenant, f"say.{name}.>")
        patience = Patience(RETRY_SECONDS_MIN, RETRY_SECONDS_MAX)
        while not self._stopping.is_set():
            try:
                return await self._bus.wire.answer(calling, [Endpoint("say", pattern, self._answer, REQUESTS_MAX)])
            except Unavailable as error:
                log.warning("waiting", network=name, because=error.detail)
                await pause_unless(self._stopping, patience.next_pause_seconds())
        return None

    async def _answer(self, request: Delivery) -> Reply:
        try:
            say = Say.decode(request.payload)
            if (self._network.tenant, say.address) != tenant_and_address(request.subject):
                # Who may say what is a matter of subjects, so a body can't lead elsewhere.
                raise Invalid("the subject names another channel than the line")
        except PostilError as error:
            return reply_of_error(error)
        if say.id is None:
            return await self._say(say)
        saying = self._said.get(say.id)
        if saying is None:
            saying = self._said[say.id] = asyncio.create_task(self._say(say))
            if len(self._said) > REMEMBERED_MAX:
                del self._said[next(iter(self._said))]
        return await asyncio.shield(saying)

    async def _say(self, say: Say) -> Reply:
        try:
            await self._network.say(say)
        except TimedOut as error:
            return reply_of_error(error)
        except PostilError as error:
            # It was certainly not said, so whoever comes with it again may try.
            self._said.pop(say.id or "", None)
            log.info("line_not_said", network=self._network.name, channel=say.channel, because=error.detail)
            return reply_of_error(error)
        except Exception as error:  # A network of somebody else's may break in any way; who asked gets an answer.
            log.exception("say_failed", network=self._network.name, exc_info=error)
            return reply_of_error(Internal("The network could not say the line; the log says why."))
        return reply_with(Said(at=self._clock.now()))
