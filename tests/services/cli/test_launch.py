"""Starting what runs: the broker on its port, and services as processes."""

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.cli.launch import OwnBroker, start_service
from services.cli.roster import ServiceName
from shared.bus.broker import PortTaken
from shared.settings import BrokerSettings, Settings


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        yield somebody.getsockname()[1]


async def test_a_service_that_can_not_be_started_leaves_nothing_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "no-python"))
    opened = open_files()
    with pytest.raises(FileNotFoundError):
        await start_service(ServiceName.BOT, Settings(data=tmp_path), "nats://127.0.0.1:1")
    assert open_files() == opened


def open_files() -> int:
    return sum(1 for _ in Path("/dev/fd").iterdir())


async def end(broker: OwnBroker) -> None:
    life = await broker.start()
    life.send_signal(signal.SIGTERM)
    await life.wait()


async def test_a_default_that_is_taken_is_replaced_by_any_free_one(tmp_path: Path, taken_port: int) -> None:
    # As if 4222 were the taken one.
    nobody_said_so = BrokerSettings.model_construct(_fields_set=set(), port=taken_port, binary=None)
    broker = await OwnBroker.open(Settings(data=tmp_path).model_copy(update={"broker": nobody_said_so}))
    assert broker.url not in (f"nats://127.0.0.1:{taken_port}", "nats://127.0.0.1:0")
    await end(broker)


async def test_one_that_was_asked_for_is_not(tmp_path: Path, taken_port: int) -> None:
    with pytest.raises(PortTaken, match=f"port {taken_port}"):
        await OwnBroker.open(Settings(data=tmp_path, broker=BrokerSettings(port=taken_port)))


async def test_it_keeps_its_port_over_its_lives_and_leaves_no_process(tmp_path: Path) -> None:
    broker = await OwnBroker.open(Settings(data=tmp_path, broker=BrokerSettings(port=0)))
    url = broker.url
    first = await broker.start()
    first.send_signal(signal.SIGKILL)
    assert await first.wait() == -signal.SIGKILL
    second = await broker.start()
    assert broker.url == url
    assert second.pid != first.pid
    second.send_signal(signal.SIGTERM)
    assert await second.wait() >= 0
    with pytest.raises(ProcessLookupError):
        os.kill(second.pid, 0)
