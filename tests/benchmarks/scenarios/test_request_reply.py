"""The scenario measures what it says, and reports nothing of a bus that loses messages."""

import pytest

from benchmarks.scenarios.request_reply import scenario
from benchmarks.stage import Stage
from shared.errors import TimedOut


async def test_measures_all_of_its_figures(stage: Stage) -> None:
    await scenario.run(stage, "smoke")
    assert set(stage.record.values) >= {"bus, p50", "nats-py, p50", "bus, 100 in flight"}
    assert all(value > 0 for value in stage.record.values.values())


async def test_a_bus_that_loses_requests_has_no_figures(lossy_stage: Stage) -> None:
    with pytest.raises(TimedOut):
        await scenario.run(lossy_stage, "smoke")
