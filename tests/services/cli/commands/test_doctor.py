"""`postil doctor` on a database at rest."""

import json
import sqlite3
from pathlib import Path

import pytest

from services.database.sqlite.store import SqliteStore
from services.database.store import Save
from shared.clock import SystemClock
from tests.conformance.store.ground import draft
from tests.system import postil


@pytest.fixture
async def data(tmp_path: Path) -> Path:
    """Two tenants with a document each; the first one's counter has drifted."""
    folder = tmp_path / "data"
    store = await SqliteStore.open(folder / "postil.db", SystemClock())
    for tenant in ("acme", "main"):
        await store.commit([Save(tenant, [draft("one", "notes", text="one")])])
    await store.close()
    with sqlite3.connect(folder / "postil.db") as connection:
        connection.execute("UPDATE tenants SET documents = 7 WHERE name = 'acme'")
    connection.close()
    return folder


def test_it_finds_mends_and_then_finds_nothing(data: Path) -> None:
    cwd = data.parent
    found = postil("doctor", "--data", "data", cwd=cwd)
    assert found.code == 6
    assert found.err == "Nothing runs on data: examining data/postil.db at rest.\n"
    assert "`postil doctor --repair` mends what can be mended" in found.out
    mended = postil("doctor", "--data", "data", "--repair", "--json", cwd=cwd)
    told = json.loads(mended.out)
    assert mended.code == 0
    assert (told["left_count"], told["tenants"]) == (0, ["acme", "main"])
    assert told["mended_count"] >= 1
    clean = postil("doctor", "--data", "data", cwd=cwd)
    assert clean.code == 0
    assert clean.out == "Everything is as it should be (read 2 changes and 2 documents of acme, main)\n"


def test_one_tenant_alone_may_be_asked_for(data: Path) -> None:
    ran = postil("doctor", "--data", "data", "--tenant", "main", "--json", cwd=data.parent)
    assert ran.code == 0
    assert json.loads(ran.out)["tenants"] == ["main"]


def test_where_there_is_no_database_it_says_so(tmp_path: Path) -> None:
    ran = postil("doctor", "--data", "data", cwd=tmp_path)
    assert (ran.code, ran.out) == (3, "")
    assert "nothing runs on data, and there is no database at data/postil.db" in ran.err
