"""An empty index for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.database.search.text.index import TextIndex


@pytest.fixture
def index(tmp_path: Path) -> Iterator[TextIndex]:
    opened = TextIndex.open(tmp_path / "text")
    yield opened
    opened.close()
