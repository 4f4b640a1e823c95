"""A system under measurement: its processes are watched, paused and killed by name."""

import psutil  # type: ignore[import-untyped]  # it comes without types
import pytest

from benchmarks.system import System, running_system, starting_system
from tests.system import children, environment
from tests.until import until


def test_reads_the_memory_and_the_processor_time_of_a_process(honest_system: System) -> None:
    process = psutil.Process(honest_system.pids["database"])
    times = process.cpu_times()
    # The other clock counts in hundredths of a second, and it was read a moment earlier.
    assert honest_system.cpu_seconds("database") == pytest.approx(times.user + times.system, abs=0.25)
    assert honest_system.memory_mib("database") == pytest.approx(process.memory_info().rss / 1024**2, rel=0.1)


async def test_a_paused_process_does_nothing_until_it_may(honest_system: System) -> None:
    process = psutil.Process(honest_system.pids["bot"])
    with honest_system.paused("bot"):
        await until(lambda: process.status() == psutil.STATUS_STOPPED)
    await until(lambda: process.status() != psutil.STATUS_STOPPED)


async def test_who_was_killed_comes_back_under_another_number(mortal_system: System) -> None:
    killed = mortal_system.kill("bot")
    await mortal_system.until_another("bot", killed)
    assert mortal_system.pids["bot"] != killed


def test_a_system_that_has_just_been_started_is_not_ready_and_is_gone_at_the_end() -> None:
    before = children()
    with starting_system(environment()) as system:
        assert not system.is_ready
        assert children() > before
    assert children() == before


def test_a_system_that_does_not_start_is_no_system() -> None:
    broken = {**environment(), "POSTIL_NATS__URL": "no address", "POSTIL_NATS__CONNECT_SECONDS_MAX": "wrong"}
    with pytest.raises(RuntimeError, match="did not start"), running_system(broken):
        pass
