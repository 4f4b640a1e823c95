"""Parts that are one file each."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from shared.catalogue import offers_from, parts_in, parts_of


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


def test_a_file_that_is_no_part_of_a_package_is_read_anew_each_time(tmp_path: Path) -> None:
    for said in ("one", "two"):
        (tmp_path / "json.py").write_text(f"part = {said!r}")
        [offer] = offers_from(tmp_path, "part")
        assert (offer.where, offer.load()) == (str(tmp_path / "json.py"), said)
    assert [path.name for path in tmp_path.iterdir()] == ["json.py"]


def test_a_folder_that_is_not_there_offers_nothing(tmp_path: Path) -> None:
    assert offers_from(tmp_path / "none", "part") == ()


def test_what_is_broken_is_refused_and_the_rest_is_there(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("part = 'a'")
    (tmp_path / "b.py").write_text("raise SystemExit")
    (tmp_path / "c.py").write_text("part = 1")
    (tmp_path / "_d.py").write_text("part = 'd'")
    refused: dict[str, str] = {}
    found = parts_of(offers_from(tmp_path, "part"), as_text, lambda where, why: refused.update({Path(where).stem: why}))
    assert [part for _, part in found] == ["a"]
    assert refused == {"b": "SystemExit", "c": "1 is no text"}


def as_text(offered: object) -> str:
    if not isinstance(offered, str):
        raise TypeError(f"{offered} is no text")
    return offered
