"""A whole system as a person runs it: `postil up` as a process of its own, on a folder and a free port."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import orjson
import psutil  # type: ignore[import-untyped]  # it comes without types

from tests.tidy.source import PROJECT
from tests.until import until

POSTIL = (sys.executable, "-P", "-m", "services.cli.main")
READY_SECONDS_MAX = 60.0
# Variables that keep the measuring of coverage from the processes of a test: it would take a quarter of their time, and
# tests of the parts and of `postil up` itself go the same ways.
UNMEASURED = {"COVERAGE_PROCESS_START": "", "COVERAGE_PROCESS_CONFIG": ""}
GONE_SECONDS_MAX = 30.0


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a command."""

    code: int
    out: str
    err: str


class System:
    """A started `postil up`. What it says is in files beside its data."""

    def __init__(self, data: Path, arguments: Sequence[str] = (), variables: Mapping[str, str] | None = None) -> None:
        self.data = data
        self._out, self._err = data.with_suffix(".out"), data.with_suffix(".err")
        self._seen: set[psutil.Process] = set()
        # A system that was killed here may have left its note.
        self._stale = self._note_stamp()
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                [*POSTIL, "up", "--data", str(data), *(arguments or ("--port", "0"))],
                cwd=data.parent,
                env=environment(variables),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )

    async def until_ready(self) -> None:
        await until(self._announced_or_ended, seconds_max=READY_SECONDS_MAX)
        assert self.process.poll() is None, f"postil up ended:\n{self.err}"

    @property
    def out(self) -> str:
        return self._out.read_text()

    @property
    def err(self) -> str:
        return self._err.read_text()

    @property
    def events(self) -> Sequence[Mapping[str, object]]:
        """The whole lines of its log."""
        lines = self._err.read_bytes().split(b"\n")[:-1]
        return [orjson.loads(line) for line in lines if line.startswith(b"{")]

    @property
    def url(self) -> str:
        return str(orjson.loads(self._note.read_bytes())["nats_url"])

    @property
    def pids(self) -> Mapping[str, int]:
        pids: Mapping[str, int] = orjson.loads(self._note.read_bytes())["pids"]
        return pids

    @property
    def processes(self) -> set[psutil.Process]:
        """Everything that it has started and that we have ever seen."""
        if self.process.poll() is None:
            self._seen.update(psutil.Process(self.process.pid).children(recursive=True))
        return self._seen

    def kill(self, name: str, number: int = signal.SIGKILL) -> int:
        pid = self.pids[name]
        os.kill(pid, number)
        return pid

    @contextmanager
    def held(self, name: str) -> Iterator[None]:
        """It is there, and neither works nor answers."""
        pid = self.kill(name, signal.SIGSTOP)
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    @property
    def workers(self) -> list[psutil.Process]:
        """Of the analysis; there are none while it is away."""
        try:
            return [each for each in psutil.Process(self.pids["analysis"]).children() if lives(each)]
        except (KeyError, psutil.NoSuchProcess):
            return []

    async def until_another(self, name: str, than: int) -> int:
        """Until the process of this name is another one; it may not be ready yet."""
        await until(lambda: self.pids.get(name, than) != than, seconds_max=READY_SECONDS_MAX)
        return self.pids[name]

    async def stop(self, number: int = signal.SIGTERM) -> int:
        """Returns the exit code."""
        _ = self.processes
        if self.process.poll() is None:
            self.process.send_signal(number)
        await until(lambda: self.process.poll() is not None, seconds_max=GONE_SECONDS_MAX)
        return self.process.returncode

    def alive(self) -> list[psutil.Process]:
        return [process for process in self.processes if lives(process)]

    async def end(self) -> None:
        """Whatever state it is in, nothing of it is left."""
        try:
            await self.stop()
        finally:
            for process in (*self.alive(), self.process):
                process.kill()
            self.process.wait()

    def _announced_or_ended(self) -> bool:
        return self._note_stamp() not in (None, self._stale) or self.process.poll() is not None

    def _note_stamp(self) -> tuple[int, int] | None:
        try:
            status = self._note.stat()
        except FileNotFoundError:
            return None
        return status.st_ino, status.st_mtime_ns

    @property
    def _note(self) -> Path:
        return self.data / "endpoints.json"


@asynccontextmanager
async def running_system(
    data: Path, arguments: Sequence[str] = (), variables: Mapping[str, str] | None = None
) -> AsyncIterator[System]:
    """Ready on entry, and gone at the end."""
    system = System(data, arguments, variables)
    try:
        await system.until_ready()
        yield system
    finally:
        await system.end()


def postil(*arguments: str, cwd: Path, variables: Mapping[str, str] | None = None, stdin: str = "") -> Ran:
    """Run a command to its end."""
    ran = subprocess.run(
        [*POSTIL, *arguments],
        cwd=cwd,
        env=environment(variables),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=READY_SECONDS_MAX,
        check=False,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def environment(variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """Ours, without what whoever runs the tests has set for his own Postil."""
    # These processes are many, and all the same: without bytecode half of their time would go into compiling.
    dropped = ("POSTIL_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    path = os.pathsep.join(filter(None, (str(PROJECT), os.environ.get("PYTHONPATH"))))
    return {**kept, "PYTHONPATH": path, **(variables or {})}


def lives(process: psutil.Process) -> bool:
    """A zombie has ended; that nobody has asked how is not our affair."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def children() -> set[psutil.Process]:
    """Of the tests themselves."""
    return {process for process in psutil.Process().children() if lives(process)}
