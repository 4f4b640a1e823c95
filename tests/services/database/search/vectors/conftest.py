"""An index in a folder of its own, and others in the same folder after it was closed."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from services.database.search.vectors.index import VectorIndex
from tests.services.database.search.vectors.ground import open_index

Open = Callable[..., VectorIndex]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Opens the index anew; the one before has been closed by then."""
    with ExitStack() as stack:

        def open_again(exact_count_max: int = 50_000) -> VectorIndex:
            stack.close()
            return stack.enter_context(closing(open_index(tmp_path / "vectors", exact_count_max)))

        yield open_again


@pytest.fixture
def index(opened: Open) -> VectorIndex:
    return opened()
