"""One running system for all scenarios of a test process, and one that loses a part of what it is given."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random

import pytest

from benchmarks.scenario import ONE_STEP
from benchmarks.stage import Stage
from benchmarks.system import System, running_system
from tests.system import UNMEASURED, environment
from tests.tidy.source import PROJECT

SABOTAGE = Path(__file__).parent / "sabotage"
_numbers = count()


@pytest.fixture(scope="session")
def honest_system() -> Iterator[System]:
    with running_system({**environment(UNMEASURED), **ONE_STEP}) as system:
        yield system


@pytest.fixture(scope="session")
def lossy_system() -> Iterator[System]:
    with running_system(sabotaged()) as system:
        yield system


@pytest.fixture(scope="session")
def mortal_system() -> Iterator[System]:
    """Its processes may be killed. What was on its way to one of them is missed soon, so that a test has an end."""
    soon = {"POSTIL_INGEST__SAVE_SECONDS_MAX": "0.5", "POSTIL_UP__STEADY_SECONDS": "0.1"}
    with running_system({**environment(UNMEASURED), **ONE_STEP, **soon}) as system:
        yield system


def sabotaged() -> dict[str, str]:
    return {**environment(UNMEASURED), **ONE_STEP, "PYTHONPATH": os.pathsep.join((str(SABOTAGE), str(PROJECT)))}


@pytest.fixture
def stage(honest_system: System) -> Stage:
    return stage_in(honest_system)


@pytest.fixture
def mortal_stage(mortal_system: System) -> Stage:
    return stage_in(mortal_system)


@pytest.fixture
def lossy_stage(lossy_system: System, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Players that are started on it are sabotaged, too."""
    monkeypatch.setenv("PYTHONPATH", sabotaged()["PYTHONPATH"])
    return stage_in(lossy_system)


def stage_in(system: System) -> Stage:
    """The seed is fixed: what a scenario draws is then the same in every test."""
    return Stage(system, f"bench{next(_numbers)}", Random(7))
