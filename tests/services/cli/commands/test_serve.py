"""`postil serve`: what it says when it can't serve. Serving itself is what `postil up` makes of it."""

import fcntl
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from services.cli.roster import ServiceName
from tests.broker import BrokerForTests
from tests.system import Ran, environment, postil

BROKEN_BOT = """
import sys
import services.bot.service
from services.cli.main import main

async def build(context):
    raise RuntimeError("not our day")

services.bot.service.build = build
main()
"""


def serve(name: str, cwd: Path, broker: BrokerForTests) -> Ran:
    return postil("serve", name, "--data", "data", cwd=cwd, variables={"POSTIL_NATS__URL": broker.url})


def reason(ran: Ran) -> str:
    """The one sentence that says why."""
    events = [orjson.loads(line) for line in ran.err.splitlines()]
    sentences = [str(event["because"]) for event in events if event["event"] == "cannot_serve"]
    assert len(sentences) == 1, ran.err
    return sentences[0]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data" / "postil.db"


def test_a_service_that_does_not_exist(tmp_path: Path) -> None:
    ran = postil("serve", "kitchen", cwd=tmp_path)
    assert ran.code == 2
    assert {name for name in ServiceName if name.value not in ran.err} == set()


def test_nobody_to_connect_to(tmp_path: Path) -> None:
    ran = postil("serve", "bot", cwd=tmp_path)
    assert ran.code == 5
    assert reason(ran).startswith("nothing is running on postil-data")


def test_a_database_from_the_future(tmp_path: Path, database: Path, broker: BrokerForTests) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute(f"PRAGMA application_id = {0x5053544C}")
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    ran = serve("database", tmp_path, broker)
    assert ran.code == 5
    assert "was written by a newer Postil" in reason(ran)


def test_a_database_that_another_service_has(tmp_path: Path, database: Path, broker: BrokerForTests) -> None:
    lock = os.open(database.with_name("postil.db.lock"), os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    ran = serve("database", tmp_path, broker)
    os.close(lock)
    assert ran.code == 5
    assert "is in use by another database service" in reason(ran)


def test_a_fault_of_our_own_is_logged_whole(tmp_path: Path, broker: BrokerForTests) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", BROKEN_BOT, "serve", "bot"],
        cwd=tmp_path,
        env=environment({"POSTIL_NATS__URL": broker.url}),
        capture_output=True,
        text=True,
        check=False,
    )
    event = orjson.loads(ran.stderr)
    assert ran.returncode == 1
    assert (event["event"], event["service"]) == ("broke", "bot")
    assert "not our day" in str(event["exception"])
