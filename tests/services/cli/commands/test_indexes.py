"""`postil index`, and what `postil status` and `postil doctor` say of the indexes."""

import sqlite3

from tests.services.cli.postil import Postil
from tests.services.cli.spine import Spine
from tests.until import until

NAMES = ["text", "vectors", "figures"]


async def test_an_index_says_how_far_it_is(searching: Postil) -> None:
    assert searching("index", "status").err == "there are none yet\n"
    await searching.save("notes", {"text": "one"}, {"text": "two"})

    heading, *rows = searching("index", "status").out.splitlines()

    assert heading.split() == ["index", "state", "documents", "applied", "of", "size"]
    assert [" ".join(row.split()[:5]) for row in rows] == [
        "text READY 2 2 2",
        "vectors READY 0 2 2",
        "figures READY 2 2 2",
    ]
    assert [index["index"] for index in searching.lines("index", "status")] == NAMES


async def test_indexes_are_built_anew_while_the_old_ones_serve(searching: Postil) -> None:
    await searching.save("notes", {"id": "one", "text": "one"})

    assert [row.split()[0] for row in searching("index", "rebuild", "text").out.splitlines()[1:]] == NAMES
    assert searching.line("search", "one", "--mode", "text")["total"] == 1
    assert [index["index"] for index in searching.lines("index", "rebuild")] == NAMES
    await until(lambda: all(index["detail"] is None for index in searching.lines("index", "status")))

    assert "there are text, vectors, figures" in searching("index", "rebuild", "nope", code=4).err


async def test_status_has_the_indexes_below_the_store(searching: Postil) -> None:
    await searching.save("notes", {"text": "one"})

    out = searching("status", code=5).out

    assert out.index("search    up") < out.index("store of tenant") < out.index("READY")


async def test_doctor_mends_an_index_that_has_drifted(spine: Spine, searching: Postil) -> None:
    await searching.save("notes", {"id": searching.tenant, "text": "one"})
    for path in spine.folder.glob("search/*/figures-*/figures.db"):
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE documents SET state = state - 1 WHERE id = ?", (searching.tenant,))
        connection.close()

    told = searching.line("doctor", "--repair", code=6)

    assert [(found["what"], found["where"]) for found in told["mended"]] == [("figures index", searching.tenant)]
    await until(lambda: all(index["detail"] is None for index in searching.lines("index", "status")))
    assert searching.line("stats")["documents"] == 1

    spine.stop("search")
    left = searching.line("doctor", code=6)["left"]
    assert [found["where"] for found in left if found["what"] == "search"] == [f"tenant {searching.tenant}"]
