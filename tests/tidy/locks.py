"""Reading what is pinned in pyproject.toml and what is locked under requirements/."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def pins(project: Path, extra: str | None = None) -> dict[str, str]:
    """Name and version of everything that the project itself asks for; an empty version where it is not exact."""
    with (project / "pyproject.toml").open("rb") as file:
        asked = tomllib.load(file)["project"]
    lines = asked["optional-dependencies"][extra] if extra else asked["dependencies"]
    return dict(_pin(Requirement(line)) for line in lines)


def locked(lock: str) -> dict[str, str]:
    """Name and version of everything in a lock. What has no hash is an error."""
    found = {}
    for block in _blocks(lock):
        name, version = _pin(Requirement(block.partition("\\")[0].strip()))
        if not version or not HASH.search(block):
            raise ValueError(f"{name} is not locked by version and hash")
        found[name] = version
    return found


def drifted(asked: dict[str, str], lock: dict[str, str]) -> list[str]:
    """Where a lock differs from what was asked for."""
    return [
        f"{name} is {version or 'not exact'} in one, {lock.get(name, 'missing')} in the other"
        for name, version in sorted(asked.items())
        if not version or lock.get(name) != version
    ]


def _blocks(lock: str) -> list[str]:
    """One block for each requirement: a line that starts at the margin, and the indented ones after it."""
    lines = [line for line in lock.splitlines() if not line.lstrip().startswith("#")]
    return re.findall(r"^\S.*(?:\n\s.*)*", "\n".join(lines), re.MULTILINE)


def _pin(requirement: Requirement) -> tuple[str, str]:
    exact = [specifier.version for specifier in requirement.specifier if specifier.operator == "=="]
    return canonicalize_name(requirement.name), exact[0] if exact else ""
