"""One connection that writes, in transactions that last from the first `apply` to `commit`; a few that read.

Two programs' worth of errors leave from here: `Outdated` for a file that is of no use any more, and what
`failures.py` makes of everything else that SQLite complains of.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from threading import RLock

from services.database.search.figures.schema import open_reader, open_writer
from services.database.search.index import Outdated
from services.database.sqlite import driver
from services.database.sqlite.connection import transaction
from services.database.sqlite.failures import CORRUPT, NOT_A_DATABASE, in_words

READERS = 2
NAME = "figures.db"


class FiguresFile:
    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        # Matches are marked as sent by another thread than the indexing one.
        self.lock = RLock()
        self._readers: SimpleQueue[driver.Connection] = SimpleQueue()
        with translated(self.path):
            folder.mkdir(parents=True, exist_ok=True)
            self._writer = open_writer(self.path)
            for _ in range(READERS):
                self._readers.put(open_reader(self.path))

    @contextmanager
    def writing(self) -> Iterator[driver.Connection]:
        """Within the transaction that is open, or in a new one. If it fails, all that isn't committed is undone."""
        with self.lock, translated(self.path):
            if not self._writer.in_transaction:
                self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
            except BaseException:
                # SQLite has rolled back by itself after some errors.
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise

    @property
    def has_uncommitted(self) -> bool:
        return self._writer.in_transaction

    def commit(self) -> None:
        with self.writing() as connection:
            connection.execute("COMMIT")

    @contextmanager
    def beside(self, other: Path) -> Iterator[driver.Connection]:
        """Another file of this form under the name `old`. Nothing may be uncommitted."""
        with self.lock, translated(other):
            self._writer.execute("ATTACH DATABASE ? AS old", (str(other),))
            try:
                with transaction(self._writer, "IMMEDIATE"):
                    yield self._writer
            finally:
                self._writer.execute("DETACH DATABASE old")

    @contextmanager
    def looking_ahead(self) -> Iterator[driver.Connection]:
        """To read what isn't committed yet."""
        with self.lock, translated(self.path):
            yield self._writer

    @contextmanager
    def reading(self) -> Iterator[driver.Connection]:
        """What is committed, as it is at one moment."""
        connection = self._readers.get()
        try:
            with translated(self.path), transaction(connection, "DEFERRED"):
                yield connection
        finally:
            self._readers.put(connection)

    @property
    def bytes(self) -> int:
        parts = (self.path, self.path.with_name(f"{NAME}-wal"))
        return sum(part.stat().st_size for part in parts if part.exists())

    def close(self) -> None:
        for _ in range(READERS):
            self._readers.get().close()
        with self.lock:
            self._writer.close()


@contextmanager
def translated(path: Path) -> Iterator[None]:
    try:
        yield
    except driver.Error as error:
        if driver.result_code(error) in {CORRUPT, NOT_A_DATABASE}:
            raise Outdated(f"{path} is damaged: {error}") from error
        raise in_words(error) from error
