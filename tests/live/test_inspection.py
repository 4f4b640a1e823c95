"""`postil status` and `postil doctor` on systems that run: one that is well, and one that isn't."""

import json
from pathlib import Path

from tests.live.strangers import client, put_until_committed, until_kept
from tests.system import postil, running_system
from tests.until import until

NO_RESTART = {"POSTIL_UP__RESTART_SECONDS_MIN": "3600", "POSTIL_UP__RESTART_SECONDS_MAX": "3600"}


async def test_a_system_that_is_well(tmp_path: Path) -> None:
    async with running_system(tmp_path / "data") as system, client(system.url) as connection:
        await put_until_committed(connection, "one")
        await until_kept(connection, {"one"})
        status = postil("status", "--data", "data", "--json", cwd=tmp_path)
        shown = postil("status", "--data", "data", cwd=tmp_path)
        doctor = postil("doctor", "--data", "data", cwd=tmp_path)
        pids = system.pids
    assert (status.code, status.err) == (0, "")
    told = json.loads(status.out)
    assert {service["name"]: service["pid"] for service in told["services"]} == {
        name: pid for name, pid in pids.items() if name != "broker"
    }
    assert {stream["name"] for stream in told["streams"]} == {"DOCS", "CHANGES", "DEAD"}
    assert (told["store"]["documents"], told["store"]["collections"][0]["collection"]) == (1, "notes")
    assert told["store"]["database_bytes"] > 0
    assert (shown.code, shown.err) == (0, "")
    for words in ("ingest    up", "DOCS", "analysis", "1 document ·", "in data/postil.db", "notes 1"):
        assert words in shown.out
    assert (doctor.code, doctor.err) == (0, "")
    assert "Everything is as it should be" in doctor.out


async def test_a_system_that_limps(tmp_path: Path) -> None:
    async with running_system(tmp_path / "data", variables=NO_RESTART) as system, client(system.url) as connection:
        for name in ("bot", "database"):
            system.kill(name)
        await until(lambda: set(system.pids) == {"broker", "ingest", "analysis"})
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
