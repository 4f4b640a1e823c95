"""`postil analyse`: says what it will do, asks, does it, and tells how it went."""

import os
import pty
import threading
from collections.abc import Iterator

import pytest

from shared.bus.bus import Bus
from shared.bus.nats import NatsWire
from shared.contracts.analysis import Analyse, AnalyseProgress
from shared.contracts.annotations import Annotate, Annotation, Cost
from shared.runtime.process import Context
from shared.runtime.service import Service, answer
from tests.services.cli.postil import Postil
from tests.services.cli.spine import Spine
from tests.until import until


class HalfFailing(Service):
    """Stands in for the analysis: two looks, of which the second fails."""

    name = "analysis"
    description = "Fails half of the time."

    def __init__(self, bus: Bus) -> None:
        pass

    @answer
    async def analyse(self, tenant: str, query: Analyse) -> AnalyseProgress:
        price = Cost(tokens_in=900, tokens_out=100, micro_usd=1_500)
        done, failed = (0, 0) if query.dry_run else (0, 2) if query.after else (2, 0)
        follows = None if query.after else "2"
        return AnalyseProgress(
            looked_at=700, pending=2, done=done, failed=failed, next=follows, seconds=45.0, cost=price
        )


async def half_failing(context: Context) -> Service:
    return HalfFailing(context.bus)


@pytest.fixture
def failing(spine: Spine, postil: Postil) -> Iterator[Postil]:
    spine.start("analysis", half_failing)
    yield postil
    spine.stop("analysis")


@pytest.fixture
async def tickets(annotating: Postil) -> Postil:
    """Two whose summaries are of another version of the step, and a note."""
    await annotating.save_and_annotate("notes", {"id": "n1", "text": "Hello."})
    documents = {"id": "t1", "text": "The printer stops."}, {"id": "t2", "text": "It starts."}
    await annotating.save_and_annotate("tickets", *documents, until_step="synthesis")
    wire = await NatsWire.connect(annotating.variables["POSTIL_NATS__URL"], name="stranger")
    old = [
        Annotation(id=id, version=1, step="summary", step_version=7, value="old", duration_ms=2.0)
        for id in ("t1", "t2")
    ]
    await Bus(wire).ask(annotating.tenant, Annotate(annotations=tuple(old)))
    await wire.close()
    return annotating


async def test_it_says_how_much_there_is_to_do_and_does_it(tickets: Postil) -> None:
    query = ("analyse", "--step", "summary", "--collection", "tickets")

    assert tickets(*query, "--dry-run").err == "left to do: 2 of 3 documents, less than a second\n"
    assert tickets.line(*query, "--dry-run")["pending"] == 2
    ran = tickets(*query, "--yes")
    assert (ran.out, ran.err) == ("2 annotated\n", "left to do: 2 of 3 documents, less than a second\n")
    assert tickets.line(*query, "--yes")["pending"] == 0


async def test_without_a_yes_or_somebody_to_ask_nothing_is_done(tickets: Postil) -> None:
    ran = tickets("analyse", "--step", "summary", code=2)
    assert ran.out == ""
    assert "Run summary on 2 documents? There is nobody to ask: say --yes." in ran.err


async def test_where_nothing_is_left_nobody_is_asked(tickets: Postil) -> None:
    ran = tickets("analyse", "--step", "stats")
    assert (ran.out, ran.err) == ("", "left to do: 0 of 3 documents\n")
    assert tickets.line("analyse", "--step", "stats")["pending"] == 0
    assert "there is no step 'nope'; there are " in tickets("analyse", "--step", "nope", code=3).err
    assert "'step' should match" in tickets("analyse", "--step", "No!", code=2).err


async def test_somebody_at_a_terminal_is_asked_and_sees_how_far_it_is(tickets: Postil) -> None:
    ours, theirs = pty.openpty()
    said: list[bytes] = []
    with tickets.process("analyse", "--step", "summary", "--collection", "tickets", terminal=theirs) as running:
        os.close(theirs)
        reader = threading.Thread(target=_read, args=(ours, said), daemon=True)
        reader.start()
        await until(lambda: b"Run summary on 2 documents? [y/N]" in b"".join(said), seconds_max=20)
        os.write(ours, b"y\n")
        assert await running.ended() == 0
    reader.join()
    os.close(ours)

    await until(lambda: b"".join(running.out).strip() == b"2 annotated")
    assert b"2/2" in b"".join(said)


def _read(terminal: int, said: list[bytes]) -> None:
    try:
        while part := os.read(terminal, 4096):
            said.append(part)
    except OSError:
        # The other end is closed.
        return


def test_what_fails_is_counted_and_told_by_the_exit_code(failing: Postil) -> None:
    ran = failing("analyse", "--step", "summary", "--yes", code=6)

    assert ran.err == "left to do: 4 of 1,400 documents, about 1m 30s, 2,000 tokens, 0.0030 USD\n"
    assert ran.out == "2 annotated, 2 failed, 2,000 tokens, 0.0030 USD\n"
    done = failing.line("analyse", "--step", "summary", "--yes", code=6)
    assert (done["looked_at"], done["done"], done["failed"], done["cost"]["micro_usd"]) == (1_400, 2, 2, 3_000)


def test_while_the_analysis_is_away_it_says_so(searching: Postil) -> None:
    ran = searching("analyse", "--step", "summary", code=5)
    assert (ran.out, ran.err[:7]) == ("", "postil:")
