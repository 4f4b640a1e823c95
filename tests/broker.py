"""A real broker for tests: nats-server as a process of ours, or the same server in a container by one setting."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from testcontainers.core.container import DockerContainer

from shared.bus.broker import Broker, configuration

KIND_VARIABLE = "POSTIL_TEST_BROKER"
IMAGE = "nats:2.15.1"
CONTAINER_PORT = 4222
CONTAINER_FOLDER = Path("/data")


class BrokerForTests(Protocol):
    @property
    def url(self) -> str: ...

    async def kill(self) -> None:
        """At once, with no chance to write anything."""

    async def start(self) -> None:
        """Start it again where it was, on what it has on its disk."""

    async def stop(self) -> None: ...


class ProcessBroker:
    def __init__(self, folder: Path) -> None:
        self._broker = Broker(folder)

    @property
    def url(self) -> str:
        return self._broker.url

    async def kill(self) -> None:
        os.kill(self._broker.pid, 9)
        await self._broker.wait()
        await self._broker.stop()

    async def start(self) -> None:
        await self._broker.start()

    async def stop(self) -> None:
        await self._broker.stop()


class ContainerBroker:
    """Calls to the container engine block, so they are made beside the loop."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        everywhere = "0.0.0.0"  # noqa: S104  the container's own addresses, of which the engine passes one port on
        (folder / "nats.conf").write_text(configuration(CONTAINER_FOLDER, host=everywhere, port=CONTAINER_PORT))
        self._container = (
            DockerContainer(IMAGE)
            .with_volume_mapping(str(folder), str(CONTAINER_FOLDER), "rw")
            # A port that it keeps when it is started again.
            .with_bind_ports(CONTAINER_PORT, free_port())
            # What it writes has to be ours to remove.
            .with_kwargs(user=f"{os.getuid()}:{os.getgid()}")
            .with_command(f"-c {CONTAINER_FOLDER}/nats.conf")
        )
        self.url = ""

    async def kill(self) -> None:
        await asyncio.to_thread(self._container.get_wrapped_container().kill)

    async def start(self) -> None:
        if self.url:
            await asyncio.to_thread(self._container.get_wrapped_container().start)
        else:
            await asyncio.to_thread(self._container.start)
            host, port = self._container.get_container_host_ip(), self._container.get_exposed_port(CONTAINER_PORT)
            self.url = f"nats://{host}:{port}"

    async def stop(self) -> None:
        await asyncio.to_thread(self._container.stop)


@asynccontextmanager
async def running_broker(folder: Path) -> AsyncIterator[BrokerForTests]:
    broker = broker_for_tests(folder)
    await broker.start()
    try:
        yield broker
    finally:
        await broker.stop()


def kind_of_broker() -> str:
    return os.environ.get(KIND_VARIABLE, "process")


def broker_for_tests(folder: Path) -> BrokerForTests:
    match kind_of_broker():
        case "process":
            return ProcessBroker(folder)
        case "container":
            return ContainerBroker(folder)
        case other:
            raise ValueError(f"{KIND_VARIABLE} is {other!r}; it can be 'process' or 'container'")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
