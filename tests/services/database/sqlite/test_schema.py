"""A file is brought to the present form, or left alone with a plain word."""

from pathlib import Path

from services.database.sqlite import driver
from services.database.sqlite.migrations import MIGRATIONS
from services.database.sqlite.schema import APPLICATION_ID, migrate
from shared.contracts.pending import ListPending
from tests.conformance.store.ground import note
from tests.services.database.sqlite.conftest import Open, content_of, reason_for_refusing, write


def changed_by_hand(path: Path, *statements: str) -> None:
    connection = driver.connect(str(path), busy_seconds_max=1)
    for statement in statements:
        connection.execute(statement).fetchall()
    connection.close()


async def test_a_new_file_gets_the_newest_form(path: Path, opened: Open) -> None:
    ground = await opened()
    await ground.store.close()
    connection = driver.connect(str(path), busy_seconds_max=1)
    pragmas = [connection.execute(f"PRAGMA {name}").fetchall() for name in ("user_version", "application_id")]
    connection.close()
    assert pragmas == [[(len(MIGRATIONS),)], [(APPLICATION_ID,)]]


async def test_what_was_stored_is_there_after_opening_again(opened: Open) -> None:
    ground = await opened()
    await ground.put("d", text="1", idempotency_key="k")
    log = await ground.log()
    await ground.store.close()
    again = await opened()
    assert await again.log() == log
    assert (await again.put("d", text="2")).seq == 2


async def test_a_database_from_the_future_is_refused(path: Path, opened: Open) -> None:
    await (await opened()).store.close()
    changed_by_hand(path, "PRAGMA user_version = 7")
    said = await reason_for_refusing(path)
    assert said == f"{path} was written by a newer Postil: it has schema 7, and this one knows {len(MIGRATIONS)}."


async def test_another_programs_database_is_left_alone(path: Path) -> None:
    for statement in ("CREATE TABLE notes (x)", "PRAGMA application_id = 5", "PRAGMA user_version = 1"):
        write(path, b"")
        changed_by_hand(path, statement)
        before = content_of(path)
        assert "another program" in await reason_for_refusing(path)
        assert content_of(path) == before


async def test_a_file_that_is_no_database_is_left_alone(path: Path) -> None:
    write(path, b"Dear diary, " * 1000)
    assert "not a SQLite database" in await reason_for_refusing(path)
    assert content_of(path) == b"Dear diary, " * 1000


async def test_a_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "can't be made" in await reason_for_refusing(tmp_path / "file" / "postil.db")


async def test_a_directory_that_cannot_be_written(path: Path) -> None:
    # Root may write everywhere, so something else stands in the way of the lock.
    (path.parent / f"{path.name}.lock").mkdir(parents=True)
    assert "can't be written" in await reason_for_refusing(path)


async def test_a_path_that_is_a_directory(path: Path) -> None:
    assert "can't be opened" in await reason_for_refusing(path.parent.parent)


def test_a_migration_that_was_interrupted_goes_on_where_it_stopped(tmp_path: Path) -> None:
    connection = driver.connect(str(tmp_path / "postil.db"), busy_seconds_max=1)
    migrate(connection, tmp_path / "postil.db")
    schema = connection.execute("SELECT sql FROM sqlite_schema").fetchall()
    migrate(connection, tmp_path / "postil.db")
    assert connection.execute("SELECT sql FROM sqlite_schema").fetchall() == schema
    connection.close()


async def test_notes_of_the_first_form_say_what_they_are_worth(path: Path, opened: Open) -> None:
    ground = await opened()
    await ground.put("d", text="1")
    notes = [note("d", 1, "a", step_version=3), note("d", 1, "b", status="failed"), note("d", 1, "c", status="skipped")]
    await ground.annotate(*notes)
    await ground.store.close()
    changed_by_hand(
        path,
        "DROP INDEX notes_unsettled",
        "ALTER TABLE notes DROP COLUMN step_version",
        "ALTER TABLE notes DROP COLUMN settled",
        "PRAGMA user_version = 1",
    )
    again = await opened()
    assert (await again.store.examine("main", repair=False)).findings == ()
    asked = ListPending(steps={"a": 3, "b": 1, "c": 1})
    assert [row.steps for row in (await again.store.pending("main", asked, 10, 10_000)).items] == [("b",)]
