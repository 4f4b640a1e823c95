"""Packages of strangers, as an installer would leave them behind."""

import tomllib
from collections.abc import Mapping
from pathlib import Path


def install(folder: Path, name: str, version: str, group: str, points: Mapping[str, str]) -> None:
    """As much as it takes to say what a package offers."""
    about = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = [f"[{group}]", *(f"{point} = {value}" for point, value in points.items())]
    (about / "entry_points.txt").write_text("\n".join(lines) + "\n")


def install_example(folder: Path, example: Path, group: str) -> Mapping[str, str]:
    """What the example says of itself; returns what it offers."""
    project = tomllib.loads((example / "pyproject.toml").read_text())["project"]
    points: dict[str, str] = project["entry-points"][group]
    install(folder, project["name"], project["version"], group, points)
    return points
