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

from services.cli.commands import (
    analyse,
    audit,
    chat,
    dead,
    doctor,
    documents,
    exporting,
    feedback,
    importing,
    indexes,
    publish,
    search,
    standing,
    stats,
    status,
    watch,
)
from tests.services.cli.spine import SECONDS_MAX, Spine
from tests.system import POSTIL, Ran, environment
from tests.until import until

# Not the whole command: that one sets up logging for its process, which is ours here.
app = typer.Typer(pretty_exceptions_enable=False, context_settings={"help_option_names": ["-h", "--help"]})
for group in (
    analyse, audit, chat, dead, doctor, documents, exporting, feedback, importing, indexes, publish, search, standing,
    stats, status, watch,
):  # fmt: skip
    group.add_to(app)

# For what the analysis does, on a busy machine.
PATIENTLY = {"seconds_max": SECONDS_MAX, "look_seconds": 0.05}


@dataclass(frozen=True, slots=True)
class Postil:
    tenant: str
    variables: Mapping[str, str]

    def __call__(self, *arguments: str | Path, code: int = 0, stdin: str | bytes = "") -> Ran:
        ran = self.run(*arguments, stdin=stdin)
        assert ran.code == code, f"exit code {ran.code}\n{ran.out}\n{ran.err}"
        return ran

    def run(self, *arguments: str | Path, stdin: str | bytes = "") -> Ran:
        """However it ends."""
        # In a thread, because a command brings its own event loop, and a test may have one already.
        with ThreadPoolExecutor(1) as thread:
            said = [str(argument) for argument in arguments]
            invoke = partial(CliRunner(env=self.variables).invoke, app, said, input=stdin, catch_exceptions=False)
            result = thread.submit(invoke).result()
        return Ran(result.exit_code, result.stdout, result.stderr)

    def lines(self, *arguments: str | Path, code: int = 0) -> Sequence[dict[str, Any]]:
        """What it prints with --json."""
        return [orjson.loads(line) for line in self(*arguments, "--json", code=code).out.splitlines()]

    def line(self, *arguments: str | Path, code: int = 0) -> dict[str, Any]:
        (line,) = self.lines(*arguments, code=code)
        return line

    def documents(self, *arguments: str | Path) -> Sequence[dict[str, Any]]:
        return self.lines("list", "--all", *arguments)

    async def save(self, collection: str, *documents: dict[str, Any]) -> None:
        """Until a search finds them."""
        self("publish", collection, orjson.dumps(documents).decode(), "--wait")
        newest = max(document["seq"] for document in self.documents(collection))
        await until(lambda: self._applied_seq() >= newest)

    async def save_and_annotate(self, collection: str, *documents: dict[str, Any], until_step: str = "similar") -> None:
        """Until this step has spoken of all in the collection, and a search finds them by meaning."""
        await self.save(collection, *documents)
        await until(lambda: all(until_step in steps_of(each) for each in self.documents(collection)), **PATIENTLY)
        count = len(self.documents())
        await until(lambda: self.lines("index", "status")[1]["documents"] == count, **PATIENTLY)

    def _applied_seq(self) -> int:
        # While a tenant's indexes are opened there is no answer.
        lines = self.run("index", "status", "--json").out.splitlines()
        return min((orjson.loads(line)["applied_seq"] for line in lines), default=0)

    @contextmanager
    def process(
        self, *arguments: str | Path, stdin: int = subprocess.DEVNULL, terminal: int | None = None
    ) -> Iterator["Running"]:
        """Beside the test, until it ends. At a terminal, what it says of itself goes there."""
        with subprocess.Popen(
            [*POSTIL, *(str(argument) for argument in arguments)],
            env=environment({"TERM": "xterm", **self.variables}),
            stdin=stdin if terminal is None else terminal,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if terminal is None else terminal,
        ) as process:
            try:
                yield Running(process)
            finally:
                process.terminate()


def steps_of(document: dict[str, Any]) -> set[str]:
    return {note["step"] for note in document["annotations"]}


def postil_for(spine: Spine, tenant: str) -> Postil:
    return Postil(tenant, {"POSTIL_NATS__URL": spine.broker.url, "POSTIL_TENANT": tenant})


class Running:
    """A command that runs, and what it has said until now."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.out: list[bytes] = []
        self.err: list[bytes] = []
        for stream, lines in ((process.stdout, self.out), (process.stderr, self.err)):
            if stream is None:
                continue
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
