"""Every tidy rule, over every file of the project."""

import pytest

from tests.tidy import excuses, given, honesty, shape
from tests.tidy.source import Rule, Source, project_sources

RULES = [*shape.RULES, *excuses.RULES, *honesty.RULES, *given.RULES]


@pytest.fixture(scope="module")
def sources() -> list[Source]:
    return project_sources()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_house_keeps_the_rule(rule: Rule, sources: list[Source]) -> None:
    assert any(rule.concerns(source) for source in sources), "a rule that looks at nothing can't fail"
    findings = [finding for source in sources for finding in rule.check(source)]
    assert not findings, "\n" + "\n".join(findings)


def test_the_files_are_all_seen(sources: list[Source]) -> None:
    seen = {source.path.as_posix() for source in sources}
    assert {"Makefile", ".ci/run", "LICENSE", "shared/bus/wire.py", "tests/until.py", "requirements/run.txt"} <= seen
    assert not {name for name in seen if name.startswith((".git/", ".venv/")) or "__pycache__" in name}
