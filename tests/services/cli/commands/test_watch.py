"""`postil watch`: every change once, in order, whatever is restarted meanwhile."""

import signal

import orjson

from tests.services.cli.postil import Postil, Running, postil_for
from tests.services.cli.spine import Spine
from tests.until import until


def seqs(running: Running) -> list[int]:
    return [orjson.loads(line)["seq"] for line in running.out]


def publish(postil: Postil, *texts: str) -> None:
    postil("publish", "notes", orjson.dumps([{"text": text} for text in texts]).decode(), "--wait")


async def test_from_now_on_it_shows_what_happens_and_says_where_to_go_on(postil: Postil) -> None:
    publish(postil, "before")
    with postil.process("watch") as running:
        await until(lambda: bool(running.err), seconds_max=20)
        publish(postil, "one [bold]two[/] \x1b[31m")
        await until(lambda: bool(running.out))
        running.signal(signal.SIGINT)
        assert await running.ended() == 130

    (line,) = running.out
    assert b"2  put       notes/" in line
    assert "v1  one [bold]two[/] \N{SYMBOL FOR ESCAPE}[31m".encode() in line
    assert running.err[-1] == b"go on with --from-seq 3\n"


async def test_it_begins_where_it_is_told_to_and_keeps_to_its_collection(postil: Postil) -> None:
    publish(postil, "one", "two", "three")
    postil("publish", "letters", "four", "--id", "four", "--wait")
    postil("delete", "four", "--yes")

    with (
        postil.process("watch", "--from-seq", "2", "--json") as all_of_it,
        postil.process("watch", "letters", "--from-seq", "0") as letters,
    ):
        await until(lambda: len(all_of_it.out) == 4 and len(letters.out) == 2, seconds_max=20)

    assert seqs(all_of_it) == [2, 3, 4, 5]
    assert b"delete    letters/four v2" in letters.out[1]


async def test_it_misses_nothing_when_it_is_too_slow(postil: Postil) -> None:
    slow = Postil(postil.tenant, {**postil.variables, "POSTIL_WATCH__WAITING_COUNT_MAX": "1"})
    with slow.process("watch", "--from-seq", "1", "--json") as running:
        publish(postil, "one")
        await until(lambda: bool(running.out), seconds_max=20)
        publish(postil, *(str(number) for number in range(20)))
        await until(lambda: len(running.out) >= 21, seconds_max=30)

    assert seqs(running) == list(range(1, 22))
    assert any(b"more happened than could be shown" in line for line in running.err)


async def test_it_outlives_the_broker_and_the_database(own_spine: Spine) -> None:
    postil = postil_for(own_spine, "main")
    with postil.process("watch", "--from-seq", "1", "--json") as running:
        publish(postil, "one")
        await until(lambda: len(running.out) == 1, seconds_max=20)
        own_spine.stop("database")
        own_spine.start("database")
        publish(postil, "two")
        own_spine.do(own_spine.broker.kill())
        own_spine.do(own_spine.broker.start())
        publish(postil, "three")
        await until(lambda: len(running.out) == 3, seconds_max=30)

    assert seqs(running) == [1, 2, 3]
    assert [orjson.loads(line)["document"]["text"] for line in running.out] == ["one", "two", "three"]
