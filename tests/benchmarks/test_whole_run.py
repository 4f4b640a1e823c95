"""A run with everything that belongs to it, and one that is ended."""

import asyncio
import os
import signal

import pytest

from benchmarks import whole_run
from benchmarks.stage import Stage, WorkMissing
from benchmarks.whole_run import Plan, carry_out
from shared.settings import Settings
from tests.benchmarks.toys import Toy, without_systems

__all__ = ["without_systems"]

pytestmark = pytest.mark.usefixtures("without_systems", "logs_as_they_are")


@pytest.fixture
def logs_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise they would go into what pytest has captured, long after that is gone."""
    monkeypatch.setattr(whole_run, "configure_logs", lambda *_, **__: None)


def plan(*toys: Toy, is_whole: bool = True) -> Plan:
    return Plan(toys, is_whole, "smoke", 2, 7)


def test_a_run_says_where_when_and_with_what_it_was_made() -> None:
    run = carry_out(
        plan(Toy("a"), Toy("b")), Settings(database=Settings().database.model_copy(update={"page_count": 9}))
    )
    assert (run.extent, run.repeats, run.seed) == ("smoke", 2, 7)
    assert run.settings == {"database.page_count": 9}
    assert run.machine["cores"]
    assert run.versions["python"]
    assert run.started_at.tzinfo is not None
    assert [scenario.name for scenario in run.scenarios] == ["a", "b"]


def test_the_command_line_is_one_that_does_the_same() -> None:
    assert plan(Toy("a")).command == ("postil", "bench", "--repeats", "2", "--seed", "7", "--smoke")
    chosen = plan(Toy("a"), Toy("b"), is_whole=False).command
    assert chosen == ("postil", "bench", "a", "b", "--repeats", "2", "--seed", "7", "--smoke")


def test_reasons_are_fit_to_be_shown() -> None:
    def fail(stage: Stage) -> None:
        raise WorkMissing("no file /var/lib/somebody/x.db")

    run = carry_out(plan(Toy("a", does=fail)), Settings())
    assert run.scenarios[0].failure == "WorkMissing: no file …/x.db"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whoever_ends_it_it_ends_by_itself(number: signal.Signals) -> None:
    begun: list[str] = []

    class Endless(Toy):
        async def measure(self, stage: Stage, size: object) -> None:
            begun.append(self.name)
            os.kill(os.getpid(), number)
            await stage.until("for ever", _never, seconds_max=30)

    with pytest.raises(KeyboardInterrupt):
        carry_out(plan(Endless("a"), Endless("b")), Settings())
    assert len(begun) == 1


async def _never() -> bool:
    await asyncio.get_running_loop().create_future()
    return False
