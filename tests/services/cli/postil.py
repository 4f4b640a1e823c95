"""The `postil` command in tests: in this process where that is enough, as a process of its own where it is not."""

import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import typer
from typer.testing import CliRunner

from services.cli.commands import dead, documents, exporting, importing, publish, watch
from tests.services.cli.spine import Spine
from tests.system import POSTIL, Ran, environment
from tests.until import until

# Not the whole command: that one sets up logging for its process, which is ours here.
app = typer.Typer(pretty_exceptions_enable=False)
for group in (dead, documents, exporting, importing, publish, watch):
    group.add_to(app)


@dataclass(frozen=True, slots=True)
class Postil:
    tenant: str
    variables: Mapping[str, str]

    def __call__(self, *arguments: str | Path, code: int = 0, stdin: str | bytes = "") -> Ran:
        # In a thread, because a command brings its own event loop, and a test may have one already.
        with ThreadPoolExecutor(1) as thread:
            said = [str(argument) for argument in arguments]
            invoke = partial(CliRunner(env=self.variables).invoke, app, said, input=stdin, catch_exceptions=False)
            result = thread.submit(invoke).result()
        assert result.exit_code == code, f"exit code {result.exit_code}\n{result.stdout}\n{result.stderr}"
        return Ran(result.exit_code, result.stdout, result.stderr)

    def lines(self, *arguments: str | Path, code: int = 0) -> Sequence[dict[str, Any]]:
        """What it prints with --json."""
        return [orjson.loads(line) for line in self(*arguments, "--json", code=code).out.splitlines()]

    def line(self, *arguments: str | Path, code: int = 0) -> dict[str, Any]:
        (line,) = self.lines(*arguments, code=code)
        return line

    def documents(self, *arguments: str | Path) -> Sequence[dict[str, Any]]:
        return self.lines("list", "--all", *arguments)

    @contextmanager
    def process(self, *arguments: str | Path, stdin: int = subprocess.DEVNULL) -> Iterator["Running"]:
        """Beside the test, until it ends."""
        with subprocess.Popen(
            [*POSTIL, *(str(argument) for argument in arguments)],
            env=environment(self.variables),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            try:
                yield Running(process)
            finally:
                process.terminate()


def postil_for(spine: Spine, tenant: str) -> Postil:
    return Postil(tenant, {"POSTIL_NATS__URL": spine.broker.url, "POSTIL_TENANT": tenant})


class Running:
    """A command that runs, and what it has said until now."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.out: list[bytes] = []
        self.err: list[bytes] = []
        for stream, lines in ((process.stdout, self.out), (process.stderr, self.err)):
            assert stream is not None
            threading.Thread(target=lines.extend, args=(stream,), daemon=True).start()

    def feed(self, content: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(content)
        self._process.stdin.flush()

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    async def ended(self) -> int:
        await until(lambda: self._process.poll() is not None, seconds_max=30)
        return self._process.returncode
