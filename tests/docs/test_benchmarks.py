"""docs/BENCHMARKS.md has a section for every scenario, and none for one that does not exist."""

import re

import pytest

from benchmarks.running import AnyScenario, catalogue
from tests.tidy.source import PROJECT

PAGE = (PROJECT / "docs" / "BENCHMARKS.md").read_text()
SECTIONS = re.findall(r"^### (\S+)$", PAGE, re.MULTILINE)


def section_of(scenario: AnyScenario) -> str:
    """Until the next heading."""
    return re.split(r"^#+ ", PAGE.partition(f"\n### {scenario.name}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def test_every_scenario_has_one_section_and_nothing_else_has_one() -> None:
    assert sorted(SECTIONS) == sorted(scenario.name for scenario in catalogue())


@pytest.mark.parametrize("scenario", catalogue(), ids=lambda scenario: scenario.name)
def test_a_section_says_something_and_names_every_target(scenario: AnyScenario) -> None:
    section = section_of(scenario)
    assert len(section.split()) >= 10
    targets = [f"{ratio.target:g}" for ratio in scenario.ratios if ratio.target is not None]
    assert [target for target in targets if target not in section] == []
