"""For every tidy rule: code that it must refuse, and code beside it that it must let pass."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from tests.tidy.source import Source


@dataclass(frozen=True, slots=True)
class Example:
    rule: str
    path: str
    bad: tuple[str, ...]
    good: tuple[str, ...]

    def source(self, text: str) -> Source:
        return Source(PurePosixPath(self.path), text)


def _function(lines: int) -> str:
    return "def work() -> None:\n" + "    step()\n" * (lines - 1)


# Written in two parts, because the rules look at this file, too.
SOMEBODYS_HOME = "/" + "home/somebody/data"
SCRATCH = "/" + "tmp"
INDEX_OPTION = "--extra-index" + "-url"
INDEX_HOST = "files.python" + "hosted.org"

SHAPE = [
    Example("file length", "shared/long.py", bad=("x = 1\n" * 301,), good=("x = 1\n" * 300,)),
    Example("function length", "shared/long.py", bad=(_function(41),), good=(_function(40),)),
    Example(
        "module docstring",
        "shared/silent.py",
        bad=("import os\n", "# A comment is not an opening.\nimport os\n"),
        good=("", '"""What it owns."""\nimport os\n'),
    ),
    Example(
        "names with units",
        "shared/names.py",
        bad=(
            "def ask(timeout: float) -> None: ...",
            "def ask(*, retry_delay: float) -> None: ...",
            "def ask(max: int) -> None: ...",
            "async def ask(max_bytes: int) -> None: ...",
            "class Settings:\n    sweep_interval: float = 1\n",
        ),
        good=(
            "def ask(seconds_max: float, delay_seconds: float, count_max: int, maximise: bool) -> None: ...",
            "class Settings:\n    sweep_interval_seconds: float = 1\n",
            "found = max(1, 2)",
        ),
    ),
    Example(
        "no Any in contracts",
        "shared/contracts/chat.py",
        bad=("class Say(Event):\n    data: dict[str, Any]\n", "class Say(Event):\n    data: typing.Any = None\n"),
        good=("class Say(Event):\n    data: JsonValue = None\n", '"""Any contract."""\n'),
    ),
]

EXCUSES = [
    Example(
        "everything is counted",
        "shared/hidden.py",
        bad=("x = 1  # pragma: no cover\n", "x = 1  #pragma:no branch\n"),
        good=('x = "# pragma: no cover"\n',),
    ),
    Example(
        "silence has a reason",
        "shared/silenced.py",
        bad=(
            "x = 1  # type: ignore\n",
            "x = 1  # type: ignore[arg-type]\n",
            "x = 1  # type: ignore[arg-type]  # sorry\n",
            "x = 1  # noqa\n",
            "x = 1  # noqa: S101\n",
            "x = 1  # NOQA: S101, S102\n",
            "# ruff: noqa: S101\n",
        ),
        good=(
            "x = 1  # type: ignore[arg-type]  # the stubs are older than the library\n",
            "x = 1  # noqa: S101, S102  the value is a constant\n",
            "x = 1  # noqa: S101 - the value is a constant\n",
            "# ruff: noqa: S101  these are all constants\n",
        ),
    ),
    Example(
        "broad except has a reason",
        "shared/broad.py",
        bad=(
            "try:\n    work()\nexcept Exception:\n    log()\n",
            "try:\n    work()\nexcept:\n    log()\n",
            "try:\n    work()\nexcept (ValueError, BaseException):\n    raise Other from None\n",
        ),
        good=(
            "try:\n    work()\nexcept Exception:  # A handler's error is not the loop's.\n    log()\n",
            "try:\n    work()\n# A handler's error is not the loop's.\nexcept Exception:\n    log()\n",
            "try:\n    work()\nexcept BaseException:\n    undo()\n    raise\n",
            "try:\n    work()\nexcept ValueError:\n    log()\n",
        ),
    ),
]

HONESTY = [
    Example(
        "no sleep in tests",
        "tests/shared/test_clock.py",
        bad=(
            "await asyncio.sleep(0)\n",
            "time.sleep(1)\n",
            "sleep(1)\n",
            "async def story(simulation: Simulation) -> None: ...\nasync def test_it() -> None:\n    await sleep(1)\n",
        ),
        good=(
            "await until(done)\n",
            '"""About sleep(1)."""\n',
            "async def story(simulation: Simulation) -> None:\n    await asyncio.sleep(1)\n",
        ),
    ),
    Example(
        "no skipped tests",
        "tests/shared/test_clock.py",
        bad=(
            "@pytest.mark.skip\ndef test_it() -> None: ...\n",
            "@pytest.mark.skipif(True, reason='')\ndef test_it() -> None: ...\n",
            "@pytest.mark.xfail\ndef test_it() -> None: ...\n",
            "pytest.skip('no docker')\n",
            "pytest.importorskip('docker')\n",
            "from pytest import skip\n",
            "from pytest import mark\n",
        ),
        good=("@pytest.mark.timeout(300)\ndef test_it() -> None: ...\n", "rows.skip(1)\n"),
    ),
    Example(
        "tests can fail",
        "tests/shared/test_clock.py",
        bad=(
            "def test_it() -> None:\n    work()\n",
            "async def test_it() -> None:\n    await work()\n",
            "def test_it() -> None:\n    assert True\n",
        ),
        good=(
            "def test_it() -> None:\n    assert work()\n",
            "async def test_it() -> None:\n    await until(done)\n",
            "def test_it() -> None:\n    with pytest.raises(Conflict):\n        work()\n",
            "def test_it() -> None:\n    assert_in_order(seqs)\n",
            "def test_it() -> None:\n    house.expect_empty()\n",
            "def test_it() -> None:\n    run(expect_all, seed=1)\n",
        ),
    ),
]

GIVEN = [
    Example(
        "time and chance are passed in",
        "shared/bus/wire.py",
        bad=(
            "now = datetime.now(UTC)\n",
            "now = datetime.datetime.utcnow()\n",
            "now = time.time()\n",
            "now = time.time_ns()\n",
            "delay = random.random()\n",
            "pick = random.SystemRandom()\n",
            "from random import choice\n",
            "from time import time\n",
        ),
        good=(
            "now = clock.now()\n",
            "chance = random.Random(seed)\n",
            "delay = self.random.random()\n",
            "from random import Random\n",
            "from time import monotonic\n",
            "moment = datetime.fromisoformat(text)\n",
        ),
    ),
    Example(
        "no machine's paths",
        "README.md",
        bad=(f"cd {SOMEBODYS_HOME}", f'path = "{SCRATCH}"', f"({SCRATCH}/x)", f"VAR={SCRATCH}/x"),
        good=("cd ~/data", "see docs/home.md", "an address like example.com/home", "./postil-data", "/data"),
    ),
    Example(
        "no package index",
        "README.md",
        bad=(f"pip install {INDEX_OPTION} here", f"from {INDEX_HOST}", "UV_FIND" + "_LINKS=wheels"),
        good=("pip install .", "the server comes from PyPI"),
    ),
    Example(
        "no address to install from",
        "requirements/run.txt",
        bad=("postil @ https" + "://example.com/postil.whl",),
        good=("postil==1.0 --hash=sha256:00",),
    ),
]

EXAMPLES = [*SHAPE, *EXCUSES, *HONESTY, *GIVEN]
