"""`postil status` and `postil doctor` on systems that run: one that is well, and one that isn't."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.live.strangers import ALL, client, put_until_committed, until_kept
from tests.system import System, postil, running_system
from tests.until import until

NO_RESTART = {"POSTIL_UP__RESTART_SECONDS_MIN": "3600", "POSTIL_UP__RESTART_SECONDS_MAX": "3600"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def well(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    """One that keeps a document. Nobody changes it."""
    async with running_system(tmp_path_factory.mktemp("well") / "data") as system:
        async with client(system.url) as connection:
            await put_until_committed(connection, "one")
            await until_kept(connection, {"one"})
        yield system


async def test_up_says_where_it_is_and_what_to_try(well: System) -> None:
    await until(lambda: "Ctrl-C" in well.out)
    assert well.url in well.out
    for words in ("publish notes", "search", "list notes", "status"):
        assert words in well.out
    assert well.out.count("--data data") == 4
    assert {event["part"] for event in well.events if event["event"] == "started"} == ALL - {"broker"}


def test_a_second_one_on_the_same_folder_is_refused(well: System) -> None:
    pids = well.pids
    said = postil("up", "--data", "data", "--port", "0", cwd=well.data.parent)
    assert said.code == 4
    assert "another `postil up` runs on data already" in said.err
    assert well.pids == pids


def test_status_for_programs(well: System) -> None:
    ran = postil("status", "--data", "data", "--json", cwd=well.data.parent)
    assert (ran.code, ran.err) == (0, "")
    told = json.loads(ran.out)
    assert {service["name"]: service["pid"] for service in told["services"]} == {
        name: pid for name, pid in well.pids.items() if name != "broker"
    }
    assert {stream["name"] for stream in told["streams"]} == {"DOCS", "CHANGES", "MATCHES", "DEAD"}
    assert (told["store"]["documents"], told["store"]["collections"][0]["collection"]) == (1, "notes")
    assert told["store"]["database_bytes"] > 0


def test_status_for_a_person(well: System) -> None:
    ran = postil("status", "--data", "data", cwd=well.data.parent)
    assert (ran.code, ran.err) == (0, "")
    for words in ("ingest    up", "DOCS", "analysis", "1 document ·", "in data/postil.db", "notes 1"):
        assert words in ran.out


def test_the_doctor_finds_nothing(well: System) -> None:
    ran = postil("doctor", "--data", "data", cwd=well.data.parent)
    assert (ran.code, ran.err) == (0, "")
    assert "Everything is as it should be" in ran.out


async def test_a_system_that_limps(tmp_path: Path) -> None:
    async with running_system(tmp_path / "data", variables=NO_RESTART) as system, client(system.url) as connection:
        for name in ("bot", "database"):
            system.kill(name)
        await until(lambda: set(system.pids) == {"broker", "ingest", "search", "analysis"})
        await connection.jetstream().delete_stream("DEAD")
        status = postil("status", "--data", "data", cwd=tmp_path)
        found = postil("doctor", "--data", "data", cwd=tmp_path)
        mended = postil("doctor", "--data", "data", "--repair", "--json", cwd=tmp_path)
        info = await connection.jetstream().stream_info("DEAD")
    assert status.code == 5
    assert "bot       down" in status.out
    assert "store of tenant main: the database does not answer" in status.out
    assert found.code == 6
    for words in ("service   bot", "stream    DEAD", "database  tenant main", "4 left"):
        assert words in found.out
    told = json.loads(mended.out)
    assert mended.code == 6
    assert {finding["where"] for finding in told["mended"]} == {"DEAD"}
    assert {finding["where"] for finding in told["left"]} == {"bot", "database", "tenant main"}
    assert info.config.name == "DEAD"


def test_nothing_runs(tmp_path: Path) -> None:
    ran = postil("status", "--data", "data", cwd=tmp_path)
    assert (ran.code, ran.out) == (5, "")
    assert "nothing is running on data: start it with `postil up`" in ran.err
