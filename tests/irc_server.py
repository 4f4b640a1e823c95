"""IRC servers for tests: ngircd as a process of ours, and one that does whatever a script says."""

import asyncio
import os
import shutil
import signal
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from tests.broker import free_port
from tests.until import until

HOST = "127.0.0.1"
STARTS_MAX = 5
# Where `tests/fetch_ngircd.sh` puts it, if the system has none.
FETCHED = Path(__file__).parents[1] / ".venv" / "ngircd"
ADVICE = "There is no ngircd: `make test` fetches it on Debian and its kin; elsewhere install it, and run this again."
CONFIGURATION = """
[Global]
Name = irc.example.net
Info = a server for tests
Listen = {host}
Ports = {port}
MotdPhrase = welcome
[Limits]
# Its penalties only make it read later: that would be a second for each command.
MaxConnectionsIP = 0
MaxJoins = 0
MaxNickLength = 20
MaxPenaltyTime = 0
[Options]
DNS = no
Ident = no
PAM = no
"""


class IrcServer:
    """A real server. It keeps its port when it is started again."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self.port = 0

    async def start(self) -> None:
        for _ in range(1 if self.port else STARTS_MAX):
            port = self.port or free_port()
            if await self._start_at(port):
                self.port = port
                return
        raise AssertionError("ngircd does not start: " + (self._folder / "log").read_text())

    async def stop(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
            self._process = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """It is there, and does not answer."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    async def _start_at(self, port: int) -> bool:
        program, environment = _found()
        configuration = self._folder / "ngircd.conf"
        configuration.write_text(CONFIGURATION.format(host=HOST, port=port))
        with (self._folder / "log").open("ab") as log:
            self._process = process = await asyncio.create_subprocess_exec(
                program, "-n", "-f", configuration, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
                env=environment,
            )  # fmt: skip
        await until(lambda: _is_open_or_over(port, process))
        return process.returncode is None


async def _is_open_or_over(port: int, process: asyncio.subprocess.Process) -> bool:
    if process.returncode is not None:
        return True
    try:
        _, writer = await asyncio.open_connection(HOST, port)
        writer.close()
        await writer.wait_closed()
    except OSError:
        return False
    return True


def _found() -> tuple[str, Mapping[str, str]]:
    own = FETCHED / "usr" / "sbin" / "ngircd"
    if own.is_file():
        libraries = ":".join(str(folder) for folder in sorted(FETCHED.glob("**/*-linux-*")))
        return str(own), {**os.environ, "LD_LIBRARY_PATH": libraries}
    places = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
    program = shutil.which("ngircd", path=places)
    assert program is not None, ADVICE
    return program, dict(os.environ)


@asynccontextmanager
async def running_irc_server(folder: Path) -> AsyncIterator[IrcServer]:
    server = IrcServer(folder)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


class Chatter:
    """Somebody else on the server, who remembers every line that it gets."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._reading = asyncio.create_task(self._read())
        self.lines: list[str] = []

    @classmethod
    @asynccontextmanager
    async def come(cls, server: IrcServer, nick: str, *channels: str) -> AsyncIterator["Chatter"]:
        chatter = cls(*await asyncio.open_connection(HOST, server.port))
        chatter.send(f"NICK {nick}", f"USER {nick} 0 * :{nick}", *(f"JOIN {channel}" for channel in channels))
        try:
            await chatter.hears(" 376 ")
            for channel in channels:
                await chatter.hears(f" 366 {nick} {channel} ")
            yield chatter
        finally:
            await chatter.leave()

    def send(self, *lines: str) -> None:
        self._writer.write("".join(f"{line}\r\n" for line in lines).encode())

    def got(self, part: str) -> bool:
        return any(part.lower() in line.lower() for line in self.lines)

    async def hears(self, part: str) -> None:
        await until(lambda: self.got(part))

    async def leave(self) -> None:
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()

    async def _read(self) -> None:
        while raw := await self._reader.readline():
            line = raw.decode(errors="replace").rstrip("\r\n")
            if line.startswith("PING "):
                self.send(line.replace("PING", "PONG", 1))
            self.lines.append(line)


class Guest:
    """Whoever has connected to a scripted server, as its script sees them."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.lines: list[str] = []

    async def hears(self, begin: str) -> str:
        """Read until a line begins like that."""
        while raw := await self._reader.readline():
            line = raw.decode().rstrip("\r\n")
            self.lines.append(line)
            if line.startswith(begin):
                return line
        raise ConnectionResetError(f"gone before {begin!r}; said: {self.lines}")

    async def send(self, *lines: str) -> None:
        await self.send_raw("".join(f"{line}\r\n" for line in lines).encode())

    async def send_raw(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def welcome(self, nick: str = "postil", *features: str) -> None:
        await self.hears("USER")
        await self.send(
            f":irc.test 001 {nick} :welcome", f":irc.test 005 {nick} {' '.join(features)} :are supported",
            f":irc.test 376 {nick} :end of the message",
        )  # fmt: skip

    async def admit(self, channel: str, nick: str = "postil") -> None:
        await self.hears(f"JOIN {channel}")
        await self.send(f":{nick}!bot@host.example JOIN {channel}")

    async def answer_pings(self) -> None:
        """Until they leave."""
        with suppress(ConnectionResetError):
            while True:
                await self.send(await self._pong())

    async def _pong(self) -> str:
        return (await self.hears("PING")).replace("PING", ":irc.test PONG irc.test", 1)


Script = Callable[[Guest], Awaitable[None]]


class ScriptedServer:
    """Gives each connection the next script; when that is over, or after the last one, it hangs up."""

    def __init__(self, scripts: Sequence[Script]) -> None:
        self._scripts = list(scripts)
        self.guests: list[Guest] = []
        self.failures: list[Exception] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        guest = Guest(reader, writer)
        self.guests.append(guest)
        try:
            if len(self.guests) <= len(self._scripts):
                await self._scripts[len(self.guests) - 1](guest)
        except OSError:
            pass  # They have hung up first.
        except Exception as error:  # The test that wrote the script is told of it.
            self.failures.append(error)
        finally:
            writer.transport.abort()


@asynccontextmanager
async def scripted_server(*scripts: Script, tls: ssl.SSLContext | None = None) -> AsyncIterator[ScriptedServer]:
    scripted = ScriptedServer(scripts)
    serving: set[asyncio.Task[None]] = set()

    def on_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(scripted.serve(reader, writer))
        serving.add(task)
        task.add_done_callback(serving.discard)

    server = await asyncio.start_server(on_connection, HOST, 0, ssl=tls)
    scripted.port = server.sockets[0].getsockname()[1]
    try:
        yield scripted
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
    for failure in scripted.failures:
        raise failure
