"""Scenarios are run in turns, each repeat by itself; one that fails does not cost the others their figures."""

from random import Random

import pytest
from structlog.testing import capture_logs

from benchmarks import running
from benchmarks.latencies import Latencies
from benchmarks.running import AnyScenario, catalogue, repeats_planned, run
from benchmarks.stage import Stage, WorkMissing
from tests.benchmarks.toys import Toy, without_systems

__all__ = ["without_systems"]


class Diary:
    """What an observer was told."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def begins(self, scenario: AnyScenario, repeat: int) -> None:
        self.lines.append(f"{scenario.name} {repeat}")

    def progresses(self, words: str) -> None:
        self.lines.append(words)

    def ends(self, scenario: AnyScenario, repeat: int, failure: str | None) -> None:
        self.lines.append(failure or "ended")


def fails_in(repeat: int, error: Exception) -> Toy:
    left = iter([None] * repeat + [error])

    def fail(stage: Stage) -> None:
        if found := next(left):
            raise found

    return Toy("broken", does=fail)


@pytest.mark.usefixtures("without_systems")
async def test_repeats_are_interleaved_and_some_are_enough_earlier() -> None:
    diary = Diary()
    await run([Toy("a"), Toy("b", repeats_max=1)], "full", 2, 1, diary)
    assert diary.lines == [
        *("a 0", "counting to 100", "ended"),
        *("b 0", "counting to 100", "ended"),
        *("a 1", "counting to 100", "ended"),
    ]


def test_a_scenario_says_how_many_repeats_are_enough() -> None:
    assert [repeats_planned(Toy("a", repeats_max=limit), 3) for limit in (None, 1, 9)] == [3, 1, 3]


@pytest.mark.usefixtures("without_systems")
async def test_a_result_has_what_every_repeat_found() -> None:
    (result,) = await run([Toy("a")], "smoke", 3, 1, Diary())
    assert [(figure.name, figure.values) for figure in result.figures] == [("ours", (3, 3, 3)), ("theirs", (2, 2, 2))]
    (ratio,) = result.ratios
    assert (ratio.of, ratio.to, ratio.better, ratio.target, ratio.values) == ("ours", "theirs", "lower", 2, (1.5,) * 3)
    assert result.absent == {"absent": "nobody has it"}
    assert result.settings == {"POSTIL_TENANT": "a"}
    assert len(Latencies.decode(result.latencies[0].histogram)) == 3


@pytest.mark.usefixtures("without_systems")
async def test_one_that_fails_is_not_run_again_and_the_others_are() -> None:
    diary = Diary()
    broken = fails_in(1, WorkMissing("9 of 10"))
    with capture_logs() as logged:
        failed, fine = await run([broken, Toy("fine")], "smoke", 3, 1, diary)
    assert (failed.failure, failed.figures, failed.ratios) == ("WorkMissing: 9 of 10", (), ())
    assert len(fine.figures[0].values) == 3
    assert [line for line in diary.lines if line.startswith("broken")] == ["broken 0", "broken 1"]
    assert "WorkMissing: 9 of 10" in diary.lines
    assert logged == []


@pytest.mark.usefixtures("without_systems")
async def test_what_nobody_foresaw_is_logged_with_its_traceback() -> None:
    with capture_logs() as logged:
        (failed,) = await run([fails_in(0, ZeroDivisionError("oops"))], "smoke", 1, 1, Diary())
    assert failed.failure == "ZeroDivisionError: oops"
    assert [line["event"] for line in logged] == ["scenario_failed"]


@pytest.mark.usefixtures("without_systems")
async def test_the_same_seed_draws_the_same() -> None:
    drawn: list[float] = []
    toys = [Toy("a", does=lambda stage: drawn.append(stage.random.random())) for _ in range(1)]
    for seed in (1, 1, 2):
        await run(toys, "smoke", 2, seed, Diary())
    assert drawn[:2] == drawn[2:4]
    assert len(set(drawn)) == 4
    assert Random("1-a-0").random() == drawn[0]


def test_the_catalogue_has_each_scenario_once_and_every_ratio_its_figures() -> None:
    scenarios = catalogue()
    assert len({scenario.name for scenario in scenarios}) == len(scenarios) > 0
    for scenario in scenarios:
        names = [figure.name for figure in scenario.figures]
        assert len(set(names)) == len(names), scenario.name
        assert {part for ratio in scenario.ratios for part in (ratio.of, ratio.to)} <= set(names), scenario.name
        assert scenario.about.endswith("."), scenario.name
    assert running.TENANT
