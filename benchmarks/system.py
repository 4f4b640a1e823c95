"""A whole system of its own for a measurement: started by `postil up` in a new folder, gone afterwards."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypedDict

import orjson

START_SECONDS_MAX = 30.0
DRAIN_SECONDS_MAX = 1.0
STOP_SECONDS_MAX = 30.0
POLL_SECONDS = 0.005
NO_SETTINGS: Mapping[str, str] = MappingProxyType({})


class Note(TypedDict):
    """What `postil up` writes down about itself, as soon as everything is ready."""

    nats_url: str
    pids: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class System:
    data: Path
    process: "subprocess.Popen[bytes]"

    @property
    def is_ready(self) -> bool:
        return self._file.exists()

    @property
    def url(self) -> str:
        return self._note["nats_url"]

    @property
    def pids(self) -> Mapping[str, int]:
        """Of the processes as they are now: who was killed is missing, and comes back under another number."""
        return self._note["pids"]

    def kill(self, name: str) -> int:
        """At once, as a power cut would. Returns the number that it had."""
        pid = self.pids[name]
        os.kill(pid, signal.SIGKILL)
        return pid

    async def until_another(self, name: str, than: int) -> None:
        """Until there is a new process of this name. That it answers, is for who waits to find out."""
        deadline = time.monotonic() + START_SECONDS_MAX
        while self.pids.get(name, than) == than:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{name} was not started again")
            await asyncio.sleep(POLL_SECONDS)

    @contextmanager
    def paused(self, name: str) -> Iterator[None]:
        """The process does nothing meanwhile, and does not know of it."""
        pid = self.pids[name]
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def memory_mib(self, name: str) -> float:
        """What the process keeps in memory (Linux)."""
        for line in Path(f"/proc/{self.pids[name]}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError(f"{name} is gone")

    def cpu_seconds(self, name: str) -> float:
        """What the process has computed so far, all its threads together, to the nanosecond (Linux)."""
        # The number of another process's clock, which Python has no call for; /proc counts in hundredths of a second.
        return time.clock_gettime(~self.pids[name] << 3 | 2)

    @property
    def _file(self) -> Path:
        return self.data / "endpoints.json"

    @property
    def _note(self) -> Note:
        note: Note = orjson.loads(self._file.read_bytes())
        return note


@contextmanager
def running_system(settings: Mapping[str, str] = NO_SETTINGS) -> Iterator[System]:
    """Ready on entry. The settings are environment variables, as a person would set them."""
    with starting_system(settings) as system:
        deadline = time.monotonic() + START_SECONDS_MAX
        while not system.is_ready:
            if system.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the system did not start; run `postil up` to see why")
            time.sleep(POLL_SECONDS)
        yield system


@contextmanager
def starting_system(settings: Mapping[str, str] = NO_SETTINGS, *, port: int = 0) -> Iterator[System]:
    """On entry it has just been started, on an empty folder. A port that is known beforehand can be tried at once."""
    with tempfile.TemporaryDirectory(prefix="postil-bench-") as folder:
        data = Path(folder) / "data"
        command = [sys.executable, "-m", "services.cli.main", "up", "--data", str(data), "--port", str(port)]
        with (Path(folder) / "log").open("wb") as log:
            environment = {**os.environ, "POSTIL_LOGS__LEVEL": "error", **settings}
            # A Ctrl-C is for us alone: what we have started, we stop ourselves.
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, start_new_session=True
            )
        try:
            yield System(data, process)
        finally:
            _stop(process)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Told once, it finishes its work, which nobody needs any more; told twice, it hurries."""
    for seconds in (DRAIN_SECONDS_MAX, STOP_SECONDS_MAX):
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
        return
    # Its children end by themselves when it has.
    process.kill()
    process.wait()
