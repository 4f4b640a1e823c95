"""What the tests of the commands share: a running spine, and a `postil` that speaks to it for a tenant of its own."""

import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import structlog

from tests.services.cli.postil import Postil, postil_for
from tests.services.cli.spine import Spine


@pytest.fixture(scope="session")
def spine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spine]:
    """One for all: a test keeps apart by its tenant, and leaves it running."""
    with Spine(tmp_path_factory.mktemp("spine")) as running:
        yield running


@pytest.fixture
def own_spine(tmp_path: Path, logs_aside: None) -> Iterator[Spine]:
    """One for this test alone, whose parts it may stop and start."""
    with Spine(tmp_path / "spine") as running:
        yield running


@pytest.fixture
def logs_aside() -> Iterator[None]:
    """What the services log belongs beside what a command prints, not in between."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.__stderr__))
    yield
    structlog.reset_defaults()


@pytest.fixture
def postil(spine: Spine, logs_aside: None) -> Postil:
    return postil_for(spine, f"test-{uuid4().hex}")


@pytest.fixture
def searching(spine: Spine, postil: Postil) -> Postil:
    """One whose documents can be searched. Nobody annotates them."""
    spine.need("search")
    return postil


@pytest.fixture(scope="session")
def annotating_spine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spine]:
    """The whole house. Apart from the other one, because there every change is counted."""
    with Spine(tmp_path_factory.mktemp("annotating")) as running:
        running.need("search")
        running.need("analysis")
        yield running


@pytest.fixture
def annotating(annotating_spine: Spine, logs_aside: None) -> Postil:
    return postil_for(annotating_spine, f"test-{uuid4().hex}")
