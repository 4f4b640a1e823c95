"""Reading along in the file: what a stretch of the log has touched, and what has become of it."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from services.database.sqlite import driver
from services.database.sqlite.following import Follower
from services.database.sqlite.numbers import base_of
from services.database.store import Save
from shared.errors import Unavailable
from tests.conformance.store.ground import Ground, draft, note
from tests.services.database.sqlite.conftest import Open, write

TENANT = 1


@pytest.fixture
async def ground(opened: Open) -> Ground:
    return await opened()


@pytest.fixture
def follower(ground: Ground, path: Path) -> Iterator[Follower]:
    with closing(Follower.open(path)) as opened:
        yield opened


def ids(follower: Follower, numbers: list[int]) -> list[str]:
    return [str(document["id"]) for _, document, _ in follower.states(numbers)]


async def test_a_stretch_of_the_log_and_what_became_of_it(ground: Ground, follower: Follower) -> None:
    await ground.put("a", text="1")
    await ground.put("b", text="1")
    await ground.put("a", text="2")
    await ground.annotate(note("b", 1, value="fine"))
    first = follower.touched(TENANT, 0, 3)
    assert (first.ids, ids(follower, list(first.numbers)), first.until_seq) == (["a", "b"], ["a", "b"], 3)
    rest = follower.touched(TENANT, 3, 100)
    assert (rest.ids, rest.gone, rest.until_seq) == (["b"], [], 4)
    [(_, document, notes)] = follower.states(rest.numbers)
    assert (document["text"], notes["mood"]["value"]) == ("1", "fine")
    assert follower.touched(TENANT, 4, 100).until_seq == 4
    assert [head.last_seq for head in follower.tenants()] == [4]


async def test_numbers_that_are_nobodys_any_more_are_told(ground: Ground, follower: Follower) -> None:
    for id in ("a", "b"):
        await ground.put(id, text="1")
    await ground.delete("a")
    await ground.delete("b")
    await ground.put("b", text="2")
    touched = follower.touched(TENANT, 0, 100)
    base = base_of(TENANT)
    assert ids(follower, list(touched.numbers)) == ["b"]
    assert sorted(no - base for no in touched.gone) == [1, 2]
    assert follower.ids([base + 1, *touched.numbers]) == {touched.numbers[0]: "b"}
    assert (follower.number(TENANT, "a"), follower.number(TENANT, "b")) == (None, touched.numbers[0])


async def test_only_so_many_bytes_at_a_time_but_one_at_least(ground: Ground, follower: Follower) -> None:
    for id in "abcd":
        await ground.put(id, text="x" * 1_000)
    await ground.annotate(note("a", 1))
    assert follower.touched(TENANT, 0, 100, 3_000).ids == ["a", "b"]
    assert follower.touched(TENANT, 0, 100, 10).ids == ["a"]
    # A document counts once, however often it was touched.
    assert follower.touched(TENANT, 0, 100, 6_000).until_seq == 5
    assert len(follower.after(TENANT, 0, 100, 3_000)) == 2
    assert len(follower.after(TENANT, 0, 100, 10)) == 1
    assert len(follower.after(TENANT, follower.after(TENANT, 0, 3)[-1], 100)) == 1


async def test_tenants_are_kept_apart(ground: Ground, follower: Follower) -> None:
    await ground.put("a", text="1")
    await ground.commit(Save("acme", [draft("a", text="2")]))
    numbers = {head.name: head.number for head in follower.tenants()}
    for tenant, text in (("main", "1"), ("acme", "2")):
        [(_, document, _)] = follower.states(follower.after(numbers[tenant], 0, 10))
        assert (document["tenant"], document["text"]) == (tenant, text)
        assert len(follower.touched(numbers[tenant], 0, 10).numbers) == 1


async def test_within_a_moment_nothing_changes(ground: Ground, follower: Follower) -> None:
    await ground.put("a", text="1")
    version = follower.version()
    with follower.at_one_moment():
        assert len(follower.after(TENANT, 0, 10)) == 1
        await ground.put("b", text="1")
        assert len(follower.after(TENANT, 0, 10)) == 1
    assert len(follower.after(TENANT, 0, 10)) == 2
    assert follower.version() != version


async def test_a_file_that_is_not_there_or_not_ours_is_left_alone(path: Path, ground: Ground) -> None:
    await ground.store.close()
    with pytest.raises(Unavailable, match="no database"):
        Follower.open(path.with_name("nothing.db"))
    with closing(driver.connect(str(path.with_name("other.db")), busy_seconds_max=1)) as other:
        other.execute("CREATE TABLE theirs (no INTEGER)")
    content = path.with_name("other.db").read_bytes()
    with pytest.raises(Unavailable, match="schema 0"):
        Follower.open(path.with_name("other.db"))
    assert path.with_name("other.db").read_bytes() == content
    write(path, b"nonsense" * 1_000)
    with pytest.raises(Unavailable, match="not a SQLite database"):
        Follower.open(path)
