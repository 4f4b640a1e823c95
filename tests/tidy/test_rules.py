"""Every tidy rule is seen to fail on what it is there to refuse, and to let pass what stands next to it."""

from pathlib import Path, PurePosixPath

import pytest

from tests.tidy.examples import EXAMPLES, Example
from tests.tidy.honesty import mirrors
from tests.tidy.source import Source
from tests.tidy.test_house import RULES

BY_NAME = {rule.name: rule for rule in RULES}
BAD = [(example, text) for example in EXAMPLES for text in example.bad]
GOOD = [(example, text) for example in EXAMPLES for text in example.good]


def test_every_rule_has_an_example() -> None:
    # The one about places needs a house to look into; its examples are below.
    assert {example.rule for example in EXAMPLES} | {"tests mirror the house"} == set(BY_NAME)
    assert len(BY_NAME) == len(RULES)


@pytest.mark.parametrize(("example", "text"), BAD, ids=lambda value: value.rule if isinstance(value, Example) else "")
def test_the_bad_is_refused(example: Example, text: str) -> None:
    found = BY_NAME[example.rule].check(example.source(text))
    assert found
    assert all(line.startswith(f"{example.path}:") for line in found)


@pytest.mark.parametrize(("example", "text"), GOOD, ids=lambda value: value.rule if isinstance(value, Example) else "")
def test_the_good_passes(example: Example, text: str) -> None:
    assert BY_NAME[example.rule].check(example.source(text)) == []


@pytest.mark.parametrize(
    ("path", "stands"),
    [
        ("tests/shared/bus/test_wire.py", True),
        ("tests/shared/bus/test_wire_places.py", True),
        ("tests/shared/bus/test_nats.py", True),
        ("tests/shared/bus/wire/test_places.py", True),
        ("tests/shared/bus/test_golden.py", True),
        ("tests/chaos/test_kill.py", True),
        ("tests/docs/test_settings.py", True),
        ("tests/shared/bus/test_wires.py", False),
        ("tests/shared/test_wire.py", False),
        ("tests/shared/bus/memory/test_wire.py", False),
        ("tests/docs/test_subjects.py", False),
        ("tests/test_wire.py", False),
    ],
)
def test_tests_mirror_the_house(tmp_path: Path, path: str, stands: bool) -> None:
    (tmp_path / "shared/bus/nats").mkdir(parents=True)
    (tmp_path / "shared/bus/wire.py").touch()
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/SETTINGS.md").touch()
    assert mirrors(Source(PurePosixPath(path), ""), tmp_path) is stands


def test_exceptions_are_for_their_own_files_only() -> None:
    sleeping = "await asyncio.sleep(1)\n"
    now = "datetime.now(UTC)\n"
    assert BY_NAME["no sleep in tests"].check(Source(PurePosixPath("tests/until.py"), sleeping)) == []
    assert BY_NAME["no sleep in tests"].check(Source(PurePosixPath("tests/simulation/spine.py"), sleeping)) == []
    assert BY_NAME["no sleep in tests"].check(Source(PurePosixPath("tests/shared/until.py"), sleeping))
    assert BY_NAME["time and chance are passed in"].check(Source(PurePosixPath("shared/clock.py"), now)) == []
    assert BY_NAME["time and chance are passed in"].check(Source(PurePosixPath("services/clock.py"), now))
