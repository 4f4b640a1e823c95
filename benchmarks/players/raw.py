"""The raw client in C, compiled at its first use, where there is a compiler. Without one, see `raw_asyncio.py`."""

import os
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from shutil import which

SOURCE = Path(__file__).with_name("raw.c")
COMPILERS = ("cc", "gcc", "clang")
FLAGS = ("-std=c99", "-O2")
COMPILE_SECONDS_MAX = 60.0


@cache
def compiled() -> Path | None:
    """The program, or None if it can't be had here."""
    return compile_once(COMPILERS, Path(tempfile.gettempdir()) / f"postil-bench-{os.getuid()}")


def compile_once(compilers: Sequence[str], folder: Path) -> Path | None:
    """Once for each source, compiler and user: the folder outlives us."""
    compiler = next(filter(None, map(which, compilers)), None)
    if compiler is None or not SOURCE.is_file():
        return None
    digest = sha256(" ".join((compiler, *FLAGS)).encode() + SOURCE.read_bytes()).hexdigest()[:16]
    program = _private(folder) / f"raw-{digest}"
    if program.exists():
        return program
    # Under another name first: who comes at the same time must not start half a program.
    with tempfile.TemporaryDirectory(dir=program.parent) as half:
        made = Path(half) / "raw"
        command = (compiler, *FLAGS, "-o", str(made), str(SOURCE))
        ran = subprocess.run(command, capture_output=True, timeout=COMPILE_SECONDS_MAX, check=False)
        return made.replace(program) if ran.returncode == 0 else None


def _private(folder: Path) -> Path:
    """What lies in it is going to be run, so nobody else may have put it there."""
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if status.st_uid == os.getuid() and not status.st_mode & 0o077:
        return folder
    return Path(tempfile.mkdtemp(prefix="postil-bench-"))
