"""Parts that are one file each."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from shared.catalogue import parts_in


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """An empty package, found by its name as any other is."""
    module = ModuleType("example_parts")
    module.__path__ = [str(tmp_path)]
    monkeypatch.setitem(sys.modules, "example_parts", module)
    return module


def write(package: ModuleType, name: str, text: str) -> None:
    (Path(package.__path__[0]) / f"{name}.py").write_text(text)
    sys.modules.pop(f"example_parts.{name}", None)


def test_whatever_lies_there_is_found_in_the_order_of_the_names(package: ModuleType) -> None:
    write(package, "zeta", "part = 'z'")
    write(package, "alpha", "part = 'a'")
    assert parts_in(package, "part", str) == ("a", "z")


def test_a_file_without_a_part_is_told_by_its_name(package: ModuleType) -> None:
    write(package, "empty", "other = 1")
    with pytest.raises(TypeError, match=r"example_parts\.empty has no 'part' that is a str"):
        parts_in(package, "part", str)
