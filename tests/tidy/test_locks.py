"""What is installed is what was asked for, to the byte: versions are exact, and every file has a hash."""

from pathlib import Path

import pytest

from tests.tidy.locks import drifted, locked, pins
from tests.tidy.source import PROJECT

REQUIREMENTS = PROJECT / "requirements"
HASHED = f"--hash=sha256:{'0' * 64}"


def lock(name: str) -> dict[str, str]:
    return locked((REQUIREMENTS / f"{name}.txt").read_text())


def test_the_locks_hold_what_the_project_asks_for() -> None:
    assert drifted(pins(PROJECT), lock("run")) == []
    assert drifted(pins(PROJECT, "bench"), lock("bench")) == []
    assert drifted(pins(PROJECT, "test"), lock("test")) == []


def test_tests_and_benchmarks_run_on_what_users_run_on() -> None:
    assert drifted(lock("run"), lock("bench")) == []
    # The tests run the benchmarks, too.
    assert drifted(lock("bench"), lock("test")) == []


def test_what_builds_is_locked_too() -> None:
    assert set(lock("build")) == {"setuptools"}


def test_an_inexact_or_other_version_is_seen(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[project]\ndependencies = ["a==1", "b>=1", "c==1; extra == \'x\'", "d==1"]'
    )
    found = drifted(pins(tmp_path), {"a": "1", "b": "1", "c": "2"})
    assert [line.split()[0] for line in found] == ["b", "c", "d"]


@pytest.mark.parametrize(
    "text", ["a==1", "a==1 \\\n    # via b", f"a>=1 \\\n    {HASHED}", "a==1 \\\n    --hash=md5:00"]
)
def test_a_lock_without_version_or_hash_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not locked"):
        locked(f"# A comment.\nok==2 ; sys_platform == 'linux' \\\n    {HASHED}\n    # via a\n{text}\n")


def test_a_lock_is_read_whole() -> None:
    assert locked(
        f"A_b==2 ; os_name == 'posix' \\\n    {HASHED} \\\n    {HASHED}\n    # via c\nc==3 \\\n    {HASHED}\n"
    ) == {
        "a-b": "2",
        "c": "3",
    }
