"""`postil chat`, as it is typed at a terminal."""

import fcntl
import os
import pty
import stat
import struct
import subprocess
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.services.cli.chat.bot import fake_bot
from tests.services.cli.postil import Postil
from tests.services.cli.spine import Spine
from tests.system import POSTIL, environment
from tests.until import until

ROWS, COLUMNS = 24, 100


class AtTerminal:
    def __init__(self, process: "subprocess.Popen[bytes]", master: int) -> None:
        self.process = process
        self._master = master
        self.screen = ""

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def shows(self, text: str) -> bool:
        # A terminal whose other end is closed is an error on Linux.
        with suppress(BlockingIOError, OSError):
            self.screen += os.read(self._master, 65_536).decode(errors="replace")
        return text in self.screen

    def has_ended(self) -> bool:
        # What nobody reads would hold it up.
        self.shows("")
        return self.process.poll() is not None


@contextmanager
def at_terminal(*arguments: str, variables: dict[str, str]) -> Iterator[AtTerminal]:
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    os.set_blocking(master, False)
    # This terminal can't tell where its cursor is.
    said = environment({"TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", **variables})
    with subprocess.Popen([*POSTIL, *arguments], env=said, stdin=slave, stdout=slave, stderr=slave) as process:
        os.close(slave)
        try:
            yield AtTerminal(process, master)
        finally:
            process.kill()
            os.close(master)


async def test_a_whole_conversation(spine: Spine, postil: Postil, tmp_path: Path) -> None:
    variables = {**postil.variables, "XDG_STATE_HOME": str(tmp_path)}
    async with fake_bot(spine.broker.url, postil.tenant, {"!about": ["a memory of a bus"]}) as bot:
        with at_terminal("chat", "den", "--as", "ada", variables=variables) as terminal:
            await until(lambda: terminal.shows("den>") and terminal.shows("You are ada in den"), seconds_max=20)
            terminal.type("!about\r")
            await until(lambda: terminal.shows("a memory of a bus"))
            # Another colour than what people say.
            assert "\x1b[32ma memory" in terminal.screen
            terminal.type("\x04")
            await until(terminal.has_ended)
            assert terminal.process.returncode == 0
    assert [line.text for line in bot.heard] == ["!about"]
    history = tmp_path / "postil" / "chat-history"
    assert (history.read_text(), stat.S_IMODE(history.stat().st_mode)) == ("!about\n", 0o600)


def test_who_has_no_name_is_asked_for_one(postil: Postil, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise OSError("no such user")

    monkeypatch.setattr("services.cli.commands.chat.getuser", nobody)
    ran = postil("chat", code=2)
    assert ran.err == "postil: nobody knows your name here; say it with --as NAME\n"
