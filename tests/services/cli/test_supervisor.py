"""The supervisor where no whole system comes about: tests/live has the others."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.cli.endpoints import DataFolder
from services.cli.roster import ServiceName
from services.cli.supervisor import Supervisor
from shared.bus.broker import PortTaken
from shared.errors import Invalid
from shared.settings import BrokerSettings, NatsSettings, Settings
from tests.broker import BrokerForTests
from tests.system import children
from tests.until import until


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[DataFolder]:
    folder = DataFolder.claim(tmp_path / "data")
    yield folder
    folder.release()


def settings_for(folder: DataFolder, **more: object) -> Settings:
    return Settings(data=folder.path, **more)  # type: ignore[arg-type]  # by name


async def test_told_to_stop_before_it_is_ready_it_greets_nobody_and_leaves_nobody(
    folder: DataFolder, broker: BrokerForTests
) -> None:
    others = children()
    greeted: list[str] = []
    supervisor = Supervisor(settings_for(folder, nats=NatsSettings(url=broker.url)), folder)
    running = asyncio.create_task(supervisor.run(greeted.append))
    await until(lambda: len(children() - others) == len(ServiceName))
    supervisor.told()
    await running
    assert children() == others
    assert greeted == []
    assert not (folder.path / "endpoints.json").exists()


async def test_without_its_port_nothing_is_started(folder: DataFolder) -> None:
    others = children()
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = somebody.getsockname()[1]
        supervisor = Supervisor(settings_for(folder, broker=BrokerSettings(port=port)), folder)
        with pytest.raises(PortTaken):
            await supervisor.run(lambda _: None)
    assert children() == others


async def test_what_can_not_become_ready_is_raised_after_a_drain(folder: DataFolder, broker: BrokerForTests) -> None:
    others = children()
    nats = NatsSettings(url=broker.url, credentials=folder.path / "no-such-file")
    with pytest.raises(Invalid, match="no-such-file"):
        await Supervisor(settings_for(folder, nats=nats), folder).run(lambda _: None)
    assert children() == others
