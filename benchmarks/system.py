"""A whole system of its own for a measurement: started by `postil up` in a new folder, gone afterwards."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

START_SECONDS_MAX = 30.0
STOP_SECONDS_MAX = 30.0
POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class System:
    data: Path
    url: str
    pids: dict[str, int]

    def memory_mib(self, name: str) -> float:
        """What the process keeps in memory (Linux)."""
        for line in Path(f"/proc/{self.pids[name]}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError(f"{name} is gone")


@contextmanager
def running_system() -> Iterator[System]:
    with tempfile.TemporaryDirectory(prefix="postil-bench-") as folder:
        data = Path(folder) / "data"
        command = [sys.executable, "-m", "services.cli.main", "up", "--data", str(data), "--port", "0"]
        with (Path(folder) / "log").open("wb") as log:
            environment = {**os.environ, "POSTIL_LOGS__LEVEL": "error"}
            process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        try:
            yield _when_ready(data, process)
        finally:
            process.terminate()
            process.wait(STOP_SECONDS_MAX)


def _when_ready(data: Path, process: "subprocess.Popen[bytes]") -> System:
    deadline = time.monotonic() + START_SECONDS_MAX
    note = data / "endpoints.json"
    while not note.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the system did not start; run `postil up` to see why")
        time.sleep(POLL_SECONDS)
    said = orjson.loads(note.read_bytes())
    return System(data, said["nats_url"], said["pids"])
