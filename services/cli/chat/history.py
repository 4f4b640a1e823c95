"""What a person has typed before, in a file that nobody else can read."""

import os
from collections import deque
from collections.abc import Iterable
from pathlib import Path

from prompt_toolkit.history import History

KEPT_COUNT_MAX = 1_000


def history_file() -> Path:
    """In the folder for the state of programs: it is the person's, and not a system's."""
    state = os.environ.get("XDG_STATE_HOME")
    return (Path(state) if state else Path.home() / ".local" / "state") / "postil" / "chat-history"


class LinesInFile(History):
    """One line each. Where the file can't be used, a history lasts as long as its conversation."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def load_history_strings(self) -> Iterable[str]:
        """The newest first. The file is written anew when it has become long."""
        try:
            with self._path.open(encoding="utf-8", errors="replace") as lines:
                kept = deque((line.rstrip("\n") for line in lines), 2 * KEPT_COUNT_MAX)
            if len(kept) == kept.maxlen:
                kept = deque(kept, KEPT_COUNT_MAX)
                self._write(kept, os.O_TRUNC)
        except OSError:
            return []
        return reversed(kept)

    def store_string(self, string: str) -> None:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write((string,), os.O_APPEND)
        except OSError:
            return

    def _write(self, lines: Iterable[str], how: int) -> None:
        text = "".join(f"{' '.join(line.splitlines())}\n" for line in lines)
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | how, 0o600)
        with os.fdopen(file, "wb") as opened:
            opened.write(text.encode("utf-8", "replace"))
