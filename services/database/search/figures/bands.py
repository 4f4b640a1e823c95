"""Where to look for near-duplicates: runs of sorted numbers, each half a band's key and half the place of a signature.

A table with a row for each band would be written all over with every batch; a run is written once, and now and then
several become one, so a million documents cost 128 MB, on disk and in memory. Nothing is ever taken out of a run: what
it says is looked up in the signatures before it is believed, and places don't come again. When most of what the runs
say has gone, they are made anew.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.database.sqlite import driver
from shared.fingerprints import BANDS, PERMUTATIONS, Signature, band_keys

# So many runs of about one size become one of the next.
FAN = 8
# A longer run would take too long to be written within a batch.
ENTRIES_MAX = 1 << 22
# Room for what has gone, beside as much again as there is.
SLACK = 1 << 17
# Looked at of those that share a band, the newest, and of a document's all, those that share most bands with it.
BAND_CANDIDATES_MAX = 50
CANDIDATES_MAX = 64

Entries = NDArray[np.uint64]

_HALF = np.uint64(32)
_PLACE = np.uint64(0xFFFFFFFF)


def entries_of(places: Sequence[int], signatures: Signature) -> Entries:
    """A run for these."""
    entries = _keys(signatures) | np.asarray(places, dtype=np.uint64)[:, np.newaxis]
    return np.sort(entries, axis=None)


def _keys(signatures: Signature) -> Entries:
    return band_keys(signatures) >> _HALF << _HALF


class Bands:
    def __init__(self, connection: driver.Connection) -> None:
        self._runs: dict[int, Entries] = {}
        # What those see who ask: it changes with the commit.
        self._shown: tuple[Entries, ...] = ()
        self.load(connection)

    def load(self, connection: driver.Connection) -> None:
        """What is in the file, also after a rollback."""
        rows = connection.execute("SELECT no, entries FROM bands").fetchall()
        self._runs = {no: np.frombuffer(entries, dtype="<u8") for no, entries in rows}
        self.show()

    def show(self) -> None:
        self._shown = tuple(self._runs.values())

    def add(self, connection: driver.Connection, entries: Entries, signatures_count: int) -> None:
        """`signatures_count` is how many there are now altogether."""
        self._write(connection, entries)
        if sum(map(len, self._runs.values())) > 2 * BANDS * signatures_count + SLACK:
            self._make_anew(connection)
        while same := self._of_one_size():
            merged = np.sort(np.concatenate([self._runs[no] for no in same]))
            self._remove(connection, same)
            self._write(connection, merged)

    def _of_one_size(self) -> list[int]:
        sizes: dict[int, list[int]] = {}
        for no, run in self._runs.items():
            size = sizes.setdefault(len(run).bit_length() // 3, [])
            size.append(no)
            if len(size) == FAN:
                return size if sum(len(self._runs[each]) for each in size) <= ENTRIES_MAX else []
        return []

    def _make_anew(self, connection: driver.Connection) -> None:
        self._remove(connection, list(self._runs))
        last = 0
        while rows := connection.execute(
            "SELECT place, signature FROM signatures WHERE place > ? ORDER BY place LIMIT ?",
            (last, ENTRIES_MAX // BANDS // 4),
        ).fetchall():
            signatures = np.frombuffer(b"".join(row[1] for row in rows), dtype="<u4").reshape(-1, PERMUTATIONS)
            self._write(connection, entries_of([row[0] for row in rows], signatures))
            last = rows[-1][0]

    def _write(self, connection: driver.Connection, entries: Entries) -> None:
        no = max(self._runs, default=0) + 1
        connection.execute("INSERT INTO bands (no, entries) VALUES (?, ?)", (no, entries.astype("<u8").tobytes()))
        self._runs[no] = entries

    def _remove(self, connection: driver.Connection, numbers: Sequence[int]) -> None:
        for no in numbers:
            connection.execute("DELETE FROM bands WHERE no = ?", (no,))
            del self._runs[no]

    def candidates(self, signatures: Signature) -> list[list[int]]:
        """For each of them, the places of those that most likely resemble it."""
        keys = _keys(signatures).ravel()
        found: dict[int, list[Entries]] = {}
        for run in self._shown:
            first = np.searchsorted(run, keys)
            end = np.searchsorted(run, keys | _PLACE, side="right")
            for index in np.nonzero(end > first)[0].tolist():
                newest = run[max(first[index], end[index] - BAND_CANDIDATES_MAX) : end[index]]
                found.setdefault(index, []).append(newest & _PLACE)
        shared: list[Counter[int]] = [Counter() for _ in range(len(signatures))]
        for index, parts in found.items():
            shared[index // BANDS].update(sorted(np.concatenate(parts).tolist())[-BAND_CANDIDATES_MAX:])
        return [_best(each) for each in shared]


def _best(shared: Counter[int]) -> list[int]:
    return sorted(shared, key=lambda place: (shared[place], place), reverse=True)[:CANDIDATES_MAX]
