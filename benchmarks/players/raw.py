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
def compiled(compilers: Sequence[str] = COMPILERS, folder: Path | None = None) -> Path | None:
    """The program, compiled once for this source and this user."""
    compiler = next(filter(None, map(which, compilers)), None)
    if compiler is None or not SOURCE.is_file():
        return None
    digest = sha256(SOURCE.read_bytes() + " ".join((compiler, *FLAGS)).encode()).hexdigest()[:16]
    program = _folder_of_ours(folder or Path(tempfile.gettempdir()) / f"postil-bench-{os.getuid()}") / f"raw-{digest}"
    if not program.exists():
        # Under another name first: whoever compiles at the same time never starts half a program.
        with tempfile.TemporaryDirectory(dir=program.parent) as half:
            made = Path(half) / "raw"
            command = (compiler, *FLAGS, "-o", str(made), str(SOURCE))
            ran = subprocess.run(command, capture_output=True, timeout=COMPILE_SECONDS_MAX, check=False)
            if ran.returncode != 0:
                return None
            made.replace(program)
    return program


def _folder_of_ours(folder: Path) -> Path:
    """What lies in it is going to be run, so nobody else may have put it there."""
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if status.st_uid != os.getuid() or status.st_mode & 0o077:
        return Path(tempfile.mkdtemp(prefix="postil-bench-"))
    return folder
