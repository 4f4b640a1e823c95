"""Starting the broker, and services as processes of their own that are tied to ours by a pipe."""

import asyncio
import os
import site
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import structlog

from services.cli.roster import ServiceName
from shared.bus.broker import Broker, PortTaken
from shared.settings import ENVIRONMENT_PREFIX, Settings

log = structlog.get_logger()

MAIN_MODULE = "services.cli.main"
BROKER_FOLDER = "nats"
HOUSE = Path(__file__).resolve().parents[2]


class OwnBroker:
    """The embedded broker. It keeps its port over its lives, because clients know it."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._life: BrokerLife | None = BrokerLife(broker)

    @classmethod
    async def open(cls, settings: Settings) -> Self:
        """Start it for the first time. A port that nobody asked for need not be that one."""
        folder, binary, port = settings.data / BROKER_FOLDER, settings.broker.binary, settings.broker.port
        broker = Broker(folder, binary=binary, port=port)
        try:
            await broker.start()
        except PortTaken as error:
            if "port" in settings.broker.model_fields_set:
                raise
            log.warning("port_taken", because=error.detail, instead="any free one")
            broker = Broker(folder, binary=binary)
            await broker.start()
        return cls(broker)

    @property
    def url(self) -> str:
        return self._broker.url

    async def start(self) -> "BrokerLife":
        """The first life has begun already."""
        life, self._life = self._life, None
        if life is None:
            await self._broker.start()
            life = BrokerLife(self._broker)
        return life


class BrokerLife:
    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self.pid = broker.pid

    async def wait(self) -> int:
        exit_code = await self._broker.wait()
        # It has ended: this only tidies up after it.
        await self._broker.stop()
        return exit_code

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)


class Attached:
    """A process that holds the other end of a pipe: when we are gone, however suddenly, it learns so and stops."""

    def __init__(self, process: asyncio.subprocess.Process, lifeline: int) -> None:
        self._process = process
        self._lifeline = lifeline

    @property
    def pid(self) -> int:
        return self._process.pid

    async def wait(self) -> int:
        exit_code = await self._process.wait()
        os.close(self._lifeline)
        return exit_code

    def send_signal(self, number: int) -> None:
        self._process.send_signal(number)


async def start_service(name: ServiceName, settings: Settings, nats_url: str) -> Attached:
    """A session of its own keeps Ctrl-C from it: when to stop is for the supervisor to say."""
    reading, writing = os.pipe()
    try:
        process = await asyncio.create_subprocess_exec(
            # -P: a folder `services` in the working directory is not ours.
            *(sys.executable, "-P", "-m", MAIN_MODULE, "serve", name),
            stdin=reading,
            start_new_session=True,
            env=_environment(settings, nats_url),
        )
    except BaseException:
        os.close(writing)
        raise
    finally:
        os.close(reading)
    log.info("started", part=name.value, pid=process.pid)
    return Attached(process, writing)


def _environment(settings: Settings, nats_url: str) -> Mapping[str, str]:
    """Ours, so that file and variables say the same to it as to us, and what our command line said."""
    environment = {
        **os.environ,
        f"{ENVIRONMENT_PREFIX}DATA": str(settings.data.absolute()),
        f"{ENVIRONMENT_PREFIX}NATS__URL": nats_url,
    }
    if str(HOUSE) not in (*site.getsitepackages(), site.getusersitepackages()):
        # We run from a checkout that is not installed.
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(HOUSE), os.environ.get("PYTHONPATH"))))
    return environment
