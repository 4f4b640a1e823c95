"""`postil up` as a stranger meets it: with nothing but the command, plain nats-py, and signals."""

import os
import pty
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.broker import BrokerForTests
from tests.live.strangers import ALL, client, listens, publish, put, put_until_committed, until_kept
from tests.system import POSTIL, System, environment, postil, running_system
from tests.until import until

PLAIN = {"POSTIL_NATS__PLAIN": "true"}


@pytest.mark.parametrize(
    ("number", "variables"),
    [(signal.SIGINT, {}), (signal.SIGTERM, PLAIN)],
    ids=["SIGINT", "SIGTERM, with plain nats-py"],
)
async def test_it_starts_keeps_documents_and_stops_without_a_trace(
    tmp_path: Path, number: signal.Signals, variables: Mapping[str, str]
) -> None:
    async with running_system(tmp_path / "data", variables=variables) as system:
        url = system.url
        assert set(system.pids) == ALL
        await until(lambda: system.workers != [], seconds_max=30)
        workers = {worker.pid for worker in system.workers}
        assert {process.pid for process in system.processes} == {*system.pids.values(), *workers}
        async with client(url) as connection:
            assert await put(connection, "by-request")
            await publish(connection, "by-stream")
            await until_kept(connection, {"by-request", "by-stream"})
        assert await system.stop(number) == 0
        assert system.alive() == []
        assert not listens(url)
        assert {path.name for path in system.data.iterdir()} == {"nats", "postil.db", "search"}


async def test_whatever_is_killed_comes_back_and_nothing_is_lost(tmp_path: Path) -> None:
    kept = []
    async with running_system(tmp_path / "data") as system:
        url = system.url
        async with client(url) as connection:
            for name in sorted(ALL):
                await put_until_committed(connection, f"before-{name}")
                new = await system.until_another(name, than=system.kill(name))
                assert new in {process.pid for process in system.processes}
                await put_until_committed(connection, f"after-{name}")
                kept += [f"before-{name}", f"after-{name}"]
            await until_kept(connection, kept)
        # Clients know the broker's port, so it keeps it.
        assert system.url == url
        assert set(system.pids) == ALL
        assert await system.stop() == 0
        assert system.alive() == []


async def test_when_the_supervisor_is_killed_nobody_stays_behind_and_the_next_one_goes_on(tmp_path: Path) -> None:
    async with running_system(tmp_path / "data") as first:
        async with client(first.url) as connection:
            await put_until_committed(connection, "kept")
        assert len(first.processes) >= len(ALL)
        first.process.kill()
        await until(lambda: first.alive() == [])
        first.process.wait()
        assert (first.data / "endpoints.json").exists()
        said = postil("status", "--data", "data", cwd=tmp_path)
        assert (said.code, said.out) == (5, "")
        assert "nothing is running on data any more" in said.err
    async with running_system(tmp_path / "data") as second, client(second.url) as connection:
        await until_kept(connection, {"kept"})


async def test_the_next_one_waits_for_what_a_killed_one_left(tmp_path: Path) -> None:
    """A service that hangs when its supervisor is killed still holds its files."""
    async with running_system(tmp_path / "data") as first:
        hanging = first.kill("database", signal.SIGSTOP)
        assert len(first.processes) >= len(ALL)
        first.process.kill()
        first.process.wait()
        second = System(tmp_path / "data")
        try:
            await until(lambda: "waiting_for_leftovers" in second.err)
            os.kill(hanging, signal.SIGCONT)
            await second.until_ready()
            assert second.pids["database"] != hanging
            await until(lambda: first.alive() == [])
        finally:
            await second.end()


async def test_it_stops_at_once_while_a_service_waits_to_be_started_again(tmp_path: Path) -> None:
    pause = {"POSTIL_UP__RESTART_SECONDS_MIN": "3600", "POSTIL_UP__RESTART_SECONDS_MAX": "3600"}
    async with running_system(tmp_path / "data", variables=pause) as system:
        in_the_way = system.data / "endpoints.json.new"
        in_the_way.mkdir()
        system.kill("bot")
        await until(lambda: "endpoints_not_written" in system.err)
        in_the_way.rmdir()
        system.kill("analysis")
        await until(lambda: set(system.pids) == ALL - {"bot", "analysis"})
        assert await system.stop() == 0
        assert system.alive() == []


async def test_a_second_signal_hurries(tmp_path: Path) -> None:
    async with running_system(tmp_path / "data", variables={"POSTIL_RUNTIME__DRAIN_SECONDS_MAX": "3600"}) as system:
        system.kill("analysis", signal.SIGSTOP)
        assert len(system.processes) >= len(ALL)
        system.process.send_signal(signal.SIGINT)
        await until(lambda: set(system.pids) == {"broker", "database", "search", "analysis"})
        assert await system.stop(signal.SIGINT) == 0
        # The analysis was ended by force, so its worker ends by itself.
        await until(lambda: system.alive() == [])


async def test_with_a_server_of_ones_own_it_starts_no_broker_and_stops_none(
    tmp_path: Path, own_broker: BrokerForTests
) -> None:
    variables = {"POSTIL_NATS__URL": own_broker.url}
    async with running_system(tmp_path / "data", variables=variables) as system, client(own_broker.url) as connection:
        assert set(system.pids) == ALL - {"broker"}
        assert system.url == own_broker.url
        await put_until_committed(connection, "kept")
        assert await system.stop() == 0
        assert system.alive() == []
        assert listens(own_broker.url)


async def test_a_broken_database_is_told_of_and_mended_under_way(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "postil.db").write_bytes(b"this is no database, but it is long enough to be looked at" * 100)
    system = System(data, variables={"POSTIL_UP__READY_SECONDS_MAX": "0.5", "POSTIL_UP__STEADY_SECONDS": "60"})
    try:
        await until(lambda: sum(event["event"] == "died" for event in system.events) >= 3, seconds_max=30)
        assert {event["because"] for event in system.events if event["event"] == "cannot_serve"} == {
            "The database file is not a SQLite database."
        }
        pauses = [event["again_in_seconds"] for event in system.events if event["event"] == "died"]
        assert pauses[:3] == [0.1, 0.2, 0.4]
        await until(lambda: any(event.get("missing") == "database" for event in system.events))
        assert not (data / "endpoints.json").exists()
        (data / "postil.db").unlink()
        await system.until_ready()
        assert set(system.pids) == ALL
    finally:
        await system.end()


def up_on_a_terminal(cwd: Path) -> tuple[subprocess.Popen[bytes], int]:
    """The process, and our end of its terminal."""
    ours, theirs = pty.openpty()
    up = subprocess.Popen(
        [*POSTIL, "up", "--data", "data", "--port", "0"],
        cwd=cwd,
        env=environment({"TERM": "xterm", "COLUMNS": "100"}),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    return up, ours


async def test_a_terminal_that_is_closed_takes_everything_with_it(tmp_path: Path) -> None:
    up, terminal = up_on_a_terminal(tmp_path)
    try:
        shown = b""
        while b"Ctrl-C stops everything" not in shown:
            shown += os.read(terminal, 65536)
        os.close(terminal)
        up.send_signal(signal.SIGHUP)
        await until(lambda: up.poll() is not None, seconds_max=30)
        assert up.returncode == 0
        assert "╭─ Postil is ready".encode() in shown
        assert not (tmp_path / "data" / "endpoints.json").exists()
    finally:
        up.kill()
        up.wait()
