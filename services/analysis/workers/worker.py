"""One worker process, seen from the service: started, given tasks, and found dead with the culprit known."""

import asyncio
import os
import signal
import sys
from asyncio import IncompleteReadError, StreamReader, StreamWriter
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import orjson

from services.analysis.workers.cell import Cell, Place, open_file
from services.analysis.workers.frames import next_frame, packed
from services.analysis.workers.task import Notes, Setup, Task, waiting_seconds_max
from shared.errors import Unavailable

CHILD_MODULE = "services.analysis.workers.child"
START_SECONDS_MAX = 60.0
# A worker's own clocks come first. This is for a step that has switched them off.
GRACE_SECONDS = 3.0
END_SECONDS_MAX = 1.0
PIPE_BYTES_MAX = 1024 * 1024
# Keys to other people's services are none of a step's business; asking them is for its second half.
SECRETS = {"embedding": {"api_key"}, "language_model": {"api_key"}}
# So many workers, so many cores: none of them should think that it has all of them.
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
CLOCKS = {signal.SIGPROF, signal.SIGALRM}
# Sent by somebody else, or by a system without memory: it need not be the fault of whatever was going on.
SENT_FROM_OUTSIDE = {signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT}


@dataclass(frozen=True, slots=True)
class Death:
    """How a worker ended, and what it was at."""

    reason: str
    place: Place | None
    from_outside: bool


class Worker:
    def __init__(self, process: Process, cell: Cell) -> None:
        self._process = process
        # Both are there, because we have asked for pipes.
        self._writer = cast(StreamWriter, process.stdin)
        self._reader = cast(StreamReader, process.stdout)
        self._cell = cell
        self._overdue = False
        self.pid = process.pid

    @classmethod
    async def start(cls, setup: Setup) -> "Worker":
        """Returns when it has loaded the steps; raises `Unavailable` if it can't."""
        cell_fd = open_file()
        try:
            cell = Cell(cell_fd)
            process = await asyncio.create_subprocess_exec(
                # -P: a folder `services` in the working directory is not ours.
                *(sys.executable, "-P", "-m", CHILD_MODULE, str(cell_fd)),
                stdin=PIPE,
                stdout=PIPE,
                pass_fds=(cell_fd,),
                env=_environment(),
                limit=PIPE_BYTES_MAX,
            )
        except OSError as error:
            raise Unavailable(f"a worker can't be started: {error}") from error
        finally:
            os.close(cell_fd)
        worker = cls(process, cell)
        try:
            await worker._get_ready(setup)
        except BaseException:
            await worker.kill()
            raise
        return worker

    async def _get_ready(self, setup: Setup) -> None:
        settings = setup.settings.model_dump_json(exclude=SECRETS).encode()
        try:
            async with asyncio.timeout(START_SECONDS_MAX):
                await self._send([setup.package.encode(), settings, setup.logs.model_dump_json().encode()])
                await next_frame(self._reader)
        except (IncompleteReadError, OSError, TimeoutError) as error:
            raise Unavailable("a worker does not get ready; its log says why") from error

    async def do(self, tasks: Sequence[Task], seconds_max: float, take: Callable[[int, Notes], None]) -> Death | None:
        """Hands over what comes of each task as soon as it is there. None if the worker lives."""
        head = {
            "seconds_max": seconds_max,
            "steps": [[step.name for step in task.steps] for task in tasks],
            "asked": [[step.name for step in task.asked] for task in tasks],
        }
        try:
            await self._send([orjson.dumps(head), *(task.json for task in tasks)])
            for number, task in enumerate(tasks):
                async with asyncio.timeout(waiting_seconds_max(seconds_max, len(task.places)) + GRACE_SECONDS):
                    take(number, await next_frame(self._reader))
        except TimeoutError:
            self._overdue = True
        except (IncompleteReadError, OSError):
            pass
        else:
            return None
        return await self._examine(seconds_max)

    async def _examine(self, seconds_max: float) -> Death:
        code = await self._ended()
        place = self._cell.place
        if self._overdue or -code in CLOCKS:
            return Death(f"it took longer than {seconds_max:g} s", place, from_outside=False)
        if code >= 0:
            return Death(f"it ended its process with code {code}", place, from_outside=False)
        number = signal.Signals(-code)
        return Death(f"its process died of {number.name}", place, from_outside=number in SENT_FROM_OUTSIDE)

    async def stop(self) -> None:
        """It has nothing in hand, so it ends by itself."""
        self._writer.close()
        await self._ended()

    async def _ended(self) -> int:
        """How it has ended. Its pipe is closed before it has quite done so, and its own reason is what counts."""
        if not self._overdue:
            with suppress(TimeoutError):
                async with asyncio.timeout(END_SECONDS_MAX):
                    return await self._process.wait()
        return await self.kill()

    async def kill(self) -> int:
        with suppress(ProcessLookupError):
            self._process.kill()
        return await self._process.wait()

    async def _send(self, parts: Sequence[bytes]) -> None:
        try:
            self._writer.write(packed(parts))
            await self._writer.drain()
        except RuntimeError as error:
            # What uvloop says of a pipe whose other end is gone.
            raise BrokenPipeError(str(error)) from error


def _environment() -> Mapping[str, str]:
    """It finds the modules that we find."""
    return {**os.environ, **ONE_THREAD, "PYTHONPATH": os.pathsep.join(str(Path(path).absolute()) for path in sys.path)}
