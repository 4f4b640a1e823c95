"""Figures in a folder of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.database.search.figures.index import FiguresIndex


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "figures-1"


@pytest.fixture
def index(folder: Path) -> Iterator[FiguresIndex]:
    opened = FiguresIndex.open(folder)
    yield opened
    opened.close()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[FiguresIndex]:
    opened = FiguresIndex.open(tmp_path / "figures-2")
    yield opened
    opened.close()
