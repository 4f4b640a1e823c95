"""Which steps there are, and that one that can't be taken does not stop the others."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from services.analysis.catalogue import Catalogue, load_catalogue
from services.analysis.step import Step
from shared.settings import AnalysisSettings

GOOD = "from services.analysis.step import Step\nstep = Step({name!r}, 1, lambda document: 1)\n"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    module = ModuleType("example_steps")
    folder = tmp_path / "example_steps"
    folder.mkdir()
    module.__path__ = [str(folder)]
    monkeypatch.setitem(sys.modules, "example_steps", module)
    yield module
    for name in [name for name in sys.modules if name.startswith("example_steps.")]:
        del sys.modules[name]


def write(package: ModuleType, name: str, text: str) -> None:
    (Path(package.__path__[0]) / f"{name}.py").write_text(text)


def load(package: ModuleType, **settings: tuple[str, ...]) -> tuple[list[str], dict[str, str]]:
    """The names that were taken, and why others were not."""
    refused: dict[str, str] = {}
    catalogue = load_catalogue(
        package,
        AnalysisSettings(disabled=settings.get("disabled", ())),
        lambda where, why: refused.update({where: why}),
    )
    return list(catalogue.steps), refused


def test_a_broken_file_is_refused_by_name_and_the_others_are_taken(package: ModuleType) -> None:
    write(package, "a", GOOD.format(name="a"))
    write(package, "b", "raise RuntimeError('no network')")
    write(package, "c", "import sys\nsys.exit('bye')")
    write(package, "d", "other = 1")
    write(package, "e", GOOD.format(name="Not a name"))
    write(package, "f", GOOD.format(name="a"))
    write(package, "g", "def step(settings):\n    return None")
    write(package, "h", GOOD.format(name="h"))
    names, refused = load(package)
    assert names == ["a", "h"]
    assert {where.rpartition(".")[2]: why.split(" (")[0].split(": ")[0] for where, why in refused.items()} == {
        "b": "no network",
        "c": "bye",
        "d": "it has no `step` that is a Step, or makes one from the settings",
        "e": "its name it should match pattern '^[a-z0-9][a-z0-9_.-]{0,63}$'",
        "f": "there is a step 'a' already",
        "g": "it has no `step` that is a Step, or makes one from the settings",
    }


def test_a_step_may_be_made_from_the_settings(package: ModuleType) -> None:
    write(
        package, "made", "from services.analysis.step import Step\ndef step(s):\n    return Step(f'in-{s.workers}', 1)"
    )
    assert load(package) == (["in-1"], {})


def test_installed_packages_may_bring_steps(
    package: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(package, "own", GOOD.format(name="own"))
    (tmp_path / "strange_step.py").write_text(GOOD.format(name="strange"))
    information = tmp_path / "strange_step-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: strange-step\nVersion: 1.0\n")
    lines = ["[postil.steps]", "missing = strange_step_that_is_not_there:step", "strange = strange_step:step"]
    (information / "entry_points.txt").write_text("\n".join(lines))
    monkeypatch.syspath_prepend(tmp_path)
    names, refused = load(package)
    assert names == ["own", "strange"]
    assert list(refused) == ["missing = strange_step_that_is_not_there:step"]


def test_disabled_steps_are_left_out_and_a_wrong_name_is_told(package: ModuleType) -> None:
    write(package, "a", GOOD.format(name="a"))
    write(package, "b", GOOD.format(name="b"))
    names, refused = load(package, disabled=("a", "typo"))
    assert (names, refused) == (["b"], {"analysis.disabled": "there is no step 'typo'"})


def test_a_fast_step_can_not_wait_for_a_slow_one(package: ModuleType) -> None:
    head = "from services.analysis.step import Step\n"
    write(package, "fast", f"{head}step = Step('fast', 1, needs=('slow',))")
    write(package, "slow", f"{head}step = Step('slow', 1, lane='slow')")
    names, refused = load(package)
    assert (names, refused) == (["slow"], {"fast": "a fast step can't wait for 'slow', which is slow"})


def test_each_step_comes_after_those_that_it_needs_and_a_circle_stops_nobody() -> None:
    catalogue = Catalogue(
        [
            Step("z", 1, needs=("y", "elsewhere")),
            Step("one", 1, needs=("two",)),
            Step("two", 1, needs=("one",)),
            Step("y", 1, needs=("x",)),
            Step("x", 1),
        ]
    )
    names = list(catalogue.steps)
    assert sorted(names) == ["one", "two", "x", "y", "z"]
    assert names.index("x") < names.index("y") < names.index("z")


def test_what_a_step_needs_is_found_out_with_it_unless_it_is_known() -> None:
    catalogue = Catalogue([Step("x", 1), Step("y", 1, needs=("x",)), Step("z", 1, needs=("y",)), Step("other", 1)])
    assert [step.name for step in catalogue.with_needs(["z"], lambda _: False)] == ["x", "y", "z"]
    assert [step.name for step in catalogue.with_needs(["z", "gone"], lambda step: step.name == "y")] == ["z"]
