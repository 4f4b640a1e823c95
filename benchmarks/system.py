"""A whole system of its own for a measurement: started by `postil up` in a new folder, gone afterwards."""

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

import orjson

START_SECONDS_MAX = 30.0
STOP_SECONDS_MAX = 30.0
POLL_SECONDS = 0.005
NO_SETTINGS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class System:
    data: Path

    @property
    def url(self) -> str:
        return str(self._note["nats_url"])

    @property
    def pids(self) -> Mapping[str, int]:
        """Of the processes as they are now: who was killed comes back under another number."""
        pids: Mapping[str, int] = self._note["pids"]
        return pids

    def kill(self, name: str) -> None:
        os.kill(self.pids[name], signal.SIGKILL)

    def memory_mib(self, name: str) -> float:
        """What the process keeps in memory (Linux)."""
        for line in Path(f"/proc/{self.pids[name]}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError(f"{name} is gone")

    def cpu_seconds(self, name: str) -> float:
        """What the process has computed so far, all its threads together (Linux)."""
        fields = Path(f"/proc/{self.pids[name]}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def _note(self) -> dict[str, Mapping[str, int]]:
        note: dict[str, Mapping[str, int]] = orjson.loads((self.data / "endpoints.json").read_bytes())
        return note


@contextmanager
def running_system(settings: Mapping[str, str] = NO_SETTINGS) -> Iterator[System]:
    """Ready on entry. The settings are environment variables, as a person would set them."""
    with tempfile.TemporaryDirectory(prefix="postil-bench-") as folder:
        data = Path(folder) / "data"
        command = [sys.executable, "-m", "services.cli.main", "up", "--data", str(data), "--port", "0"]
        with (Path(folder) / "log").open("wb") as log:
            environment = {**os.environ, "POSTIL_LOGS__LEVEL": "error", **settings}
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
        try:
            _wait(data / "endpoints.json", process)
            yield System(data)
        finally:
            process.terminate()
            process.wait(STOP_SECONDS_MAX)


def _wait(note: Path, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while not note.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the system did not start; run `postil up` to see why")
        time.sleep(POLL_SECONDS)
