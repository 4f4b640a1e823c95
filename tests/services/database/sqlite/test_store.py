"""The file under attack: locked, full, damaged, closed too early."""

import asyncio
import threading
from pathlib import Path

import pytest

from services.database.sqlite import driver
from services.database.sqlite.store import SqliteStore
from services.database.store import Save
from shared.contracts.saving import Receipt
from shared.errors import NotFound, Unavailable
from tests.conformance.store.ground import BYTES_MAX, TENANT, Ground, draft
from tests.services.database.sqlite.conftest import Open, content_of, reason_for_refusing, write
from tests.until import until


def sqlite_of(ground: Ground) -> SqliteStore:
    assert isinstance(ground.store, SqliteStore)
    return ground.store


async def pragma(ground: Ground, text: str) -> int:
    """Ask it of the connection that writes."""
    rows = await sqlite_of(ground).writer.run(lambda connection: connection.execute(f"PRAGMA {text}").fetchall())
    return int(rows[0][0]) if rows else 0


async def test_while_another_program_writes_the_database_is_unavailable(path: Path, opened: Open) -> None:
    ground = await opened()
    await ground.put("d", text="1")
    other = driver.connect(str(path), busy_seconds_max=1)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="locked"):
        await ground.put("d", text="2")
    assert (await ground.get("d")).text == "1"
    other.execute("ROLLBACK")
    other.close()
    assert (await ground.put("d", text="2")).seq == 2


async def test_a_full_disk_loses_nothing_and_needs_no_restart(opened: Open) -> None:
    ground = await opened()
    await ground.put("d", text="1")
    pages = await pragma(ground, "page_count")
    await pragma(ground, f"max_page_count = {pages + 20}")
    puts = [ground.put(f"d{index}", text="x" * 10_000) for index in range(50)]
    outcomes = await asyncio.gather(*puts, return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, Unavailable)]
    stored = 51 - len(refused)
    assert 1 < stored < 51
    assert "full" in refused[0].detail
    assert (await ground.store.stats(TENANT, None)).documents == stored
    await pragma(ground, f"max_page_count = {pages + 2000}")
    assert (await ground.put("after", text="x" * 10_000)).seq == stored + 1
    assert (await ground.store.examine(TENANT, repair=False)).findings == ()


async def test_a_disk_that_became_read_only_is_unavailable(opened: Open) -> None:
    ground = await opened()
    await pragma(ground, "query_only = ON")
    with pytest.raises(Unavailable, match="read-only"):
        await ground.put("d")
    await pragma(ground, "query_only = OFF")
    assert (await ground.put("d")).seq == 1


async def test_a_damaged_file_is_said_to_be_damaged(path: Path, opened: Open) -> None:
    ground = await opened()
    await ground.save(*[draft(f"d{index}", text="x" * 2_000) for index in range(200)])
    await ground.store.close()
    whole = content_of(path)
    # Everything but the first pages, where the schema stands.
    write(path, whole[:40_960] + b"\xde\xad" * ((len(whole) - 40_960) // 2))
    damaged = await opened()
    with pytest.raises(Unavailable, match="damaged"):
        await damaged.store.list(TENANT, None, 1000, BYTES_MAX, None)
    with pytest.raises(Unavailable, match="damaged"):
        await damaged.save(*[draft(f"e{index}") for index in range(200)])


async def test_an_examination_finds_damage(path: Path, opened: Open) -> None:
    ground = await opened()
    await ground.save(*[draft(f"d{index}", text="x" * 9_000) for index in range(50)])
    await ground.store.close()
    whole = content_of(path)
    write(path, whole[:-4_096] + b"\xff\xff\xff\xf0" + whole[-4_092:])
    examination = await (await opened()).store.examine(TENANT, repair=False)
    assert {finding.what for finding in examination.findings} >= {"file"}


async def test_a_body_that_is_gone_is_not_made_up(opened: Open) -> None:
    ground = await opened()
    await ground.save(draft("a"), draft("b"))
    await sqlite_of(ground).writer.run(
        lambda connection: connection.execute("UPDATE changes SET body = NULL WHERE id = 'a'").fetchall()
    )
    with pytest.raises(NotFound, match="no longer kept"):
        await ground.get("a")
    page = await ground.store.list(TENANT, None, 10, BYTES_MAX, None)
    assert (len(page.items), page.total) == (1, 2)


async def test_a_header_that_is_gone(path: Path, opened: Open) -> None:
    await (await opened()).store.close()
    write(path, b"\x00" * 100 + content_of(path)[100:])
    assert await reason_for_refusing(path)


async def test_a_cancelled_commit_is_whole(opened: Open) -> None:
    ground = await opened()
    writer, go_on = sqlite_of(ground).writer, threading.Event()
    held = asyncio.create_task(writer.run(lambda _: go_on.wait(10)))
    task = asyncio.create_task(ground.save(draft("a"), draft("b")))
    await until(lambda: writer.waiting == 2)
    task.cancel()
    await asyncio.wait([task])
    go_on.set()
    assert await held
    assert (await ground.put("c")).seq == 3
    assert await ground.listed() == ["a", "b", "c"]


async def test_closing_finishes_what_was_begun(path: Path, opened: Open) -> None:
    ground = await opened()
    writer, go_on = sqlite_of(ground).writer, threading.Event()
    held = asyncio.create_task(writer.run(lambda _: go_on.wait(10)))
    waiting = [asyncio.create_task(ground.put(f"d{index}")) for index in range(50)]
    reading = [asyncio.create_task(ground.listed()) for _ in range(5)]
    await until(lambda: writer.waiting == 51)
    closing = asyncio.gather(ground.store.close(), ground.store.close())
    go_on.set()
    outcomes = await asyncio.gather(*waiting, *reading, return_exceptions=True)
    await asyncio.gather(closing, held)
    assert all(isinstance(outcome, Receipt | list | Unavailable) for outcome in outcomes)
    assert any(isinstance(outcome, Receipt) for outcome in outcomes)
    kept = [outcome.id for outcome in outcomes if isinstance(outcome, Receipt)]
    assert sorted(await (await opened()).listed()) == sorted(filter(None, kept))


async def test_a_closed_store_is_unavailable(opened: Open) -> None:
    ground = await opened()
    await ground.put("d")
    await ground.store.close()
    with pytest.raises(Unavailable, match="closed"):
        await ground.put("d")
    with pytest.raises(Unavailable, match="closed"):
        await ground.get("d")
    await ground.store.close()


async def test_reading_goes_on_beside_writing(opened: Open) -> None:
    ground = await opened()

    async def write() -> None:
        for index in range(30):
            await ground.commit(Save(TENANT, [draft(f"d{index}-{part}") for part in range(5)]))

    async def read() -> list[int]:
        totals = []
        while writing.done() is False:
            page = await ground.store.list(TENANT, None, 1000, BYTES_MAX, None)
            assert page.total == len(page.items)
            totals.append(page.total)
        return totals

    writing = asyncio.create_task(write())
    seen = await asyncio.gather(read(), read(), read())
    await writing
    for totals in seen:
        assert totals == sorted(totals)
        assert all(total % 5 == 0 for total in totals)


async def test_what_was_erased_is_nowhere_in_the_files(path: Path, opened: Open) -> None:
    ground = await opened()
    for version in range(3):
        await ground.put("d", text=f"unspeakable {version} " + "unspeakable " * 2_000)
        await ground.put(f"other{version}", text="fine " * 500)
    await ground.delete("d", erase=True)
    with pytest.raises(NotFound):
        await ground.get("d", at=1)
    files = [file.read_bytes() for file in path.parent.iterdir()]
    assert all(b"unspeakable" not in content for content in files)
    assert any(b"fine" in content for content in files)
