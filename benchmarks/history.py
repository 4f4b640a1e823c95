"""The runs of a folder in one SQLite file: numbered, whole, and with their ratios and figures in tables to ask."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Self

from benchmarks.results import Measured, RunResult
from shared.errors import Conflict, Invalid, NotFound

FILE_NAME = "history.db"
SCHEMA_VERSION = 1
WAIT_SECONDS_MAX = 10.0
SCHEMA = """
CREATE TABLE runs (
    number INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    started_at TEXT NOT NULL,
    extent TEXT NOT NULL,
    place TEXT NOT NULL,
    run TEXT NOT NULL
) STRICT;
CREATE TABLE ratios (
    run INTEGER NOT NULL REFERENCES runs (number),
    scenario TEXT NOT NULL,
    of TEXT NOT NULL,
    beside TEXT NOT NULL,
    target REAL,
    median REAL NOT NULL,
    lowest REAL NOT NULL,
    highest REAL NOT NULL,
    repeats INTEGER NOT NULL,
    PRIMARY KEY (run, scenario, of, beside)
) STRICT;
CREATE TABLE figures (
    run INTEGER NOT NULL REFERENCES runs (number),
    scenario TEXT NOT NULL,
    name TEXT NOT NULL,
    unit TEXT NOT NULL,
    median REAL NOT NULL,
    lowest REAL NOT NULL,
    highest REAL NOT NULL,
    repeats INTEGER NOT NULL,
    PRIMARY KEY (run, scenario, name)
) STRICT;
"""
INSERT_RUN = "INSERT INTO runs (digest, started_at, extent, place, run) VALUES (?, ?, ?, ?, ?)"
INSERT_RATIO = "INSERT INTO ratios VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
INSERT_FIGURE = "INSERT INTO figures VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
SELECT_POINTS = """
SELECT ratios.scenario, ratios.of, ratios.beside, runs.number, runs.started_at, median, lowest, highest
FROM ratios JOIN runs ON runs.number = ratios.run
WHERE extent = ? AND place = ? ORDER BY runs.started_at, runs.number
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A run, and under which number it is kept."""

    number: int
    run: RunResult


@dataclass(frozen=True, slots=True)
class Point:
    """A ratio in one run of several."""

    number: int
    started_at: datetime
    median: float
    lowest: float
    highest: float


# By scenario, and what stands beside what.
Trends = dict[tuple[str, str, str], list[Point]]


class History:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    @contextmanager
    def open(cls, folder: Path) -> Iterator[Self]:
        path = folder / FILE_NAME
        try:
            connection = sqlite3.connect(path, timeout=WAIT_SECONDS_MAX)
            try:
                _prepare(connection, path)
                yield cls(connection)
            finally:
                connection.close()
        except sqlite3.Error as error:
            raise Invalid(f"the history {path} can't be used: {error}") from error

    @classmethod
    @contextmanager
    def existing(cls, folder: Path) -> Iterator[Self]:
        """To read from: none is made for that."""
        if not (folder / FILE_NAME).exists():
            raise NotFound(f"there is no history in {folder}; `bench run` begins one")
        with cls.open(folder) as history:
            yield history

    def add(self, run: RunResult) -> int:
        """Its number. One that is there already stays what it is."""
        text = run.model_dump_json(exclude_defaults=True)
        digest = sha256(text.encode()).hexdigest()
        # Two of us at once: the second finds what the first has added.
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            found = self._connection.execute("SELECT number FROM runs WHERE digest = ?", (digest,)).fetchone()
            if found:
                return int(found[0])
            row = (digest, run.started_at.isoformat(), run.extent, place_of(run), text)
            number = self._connection.execute(INSERT_RUN, row).lastrowid
            assert number is not None
            self._add_parts(number, run)
            return number

    def _add_parts(self, number: int, run: RunResult) -> None:
        for scenario in run.scenarios:
            for ratio in scenario.ratios:
                beside = (number, scenario.name, ratio.of, ratio.to, ratio.target)
                self._connection.execute(INSERT_RATIO, (*beside, *_in_short(ratio)))
            for figure in scenario.figures:
                named = (number, scenario.name, figure.name, figure.unit)
                self._connection.execute(INSERT_FIGURE, (*named, *_in_short(figure)))

    def run(self, number: int) -> RunResult:
        found = self._connection.execute("SELECT run FROM runs WHERE number = ?", (number,)).fetchone()
        if not found:
            raise NotFound(f"there is no run {number} in the history; `bench history` lists them")
        return RunResult.decode(found[0].encode())

    def runs(self) -> Sequence[Kept]:
        """The newest first."""
        rows = self._connection.execute("SELECT number, run FROM runs ORDER BY number DESC")
        return [Kept(number, RunResult.decode(text.encode())) for number, text in rows]

    def trends(self, run: RunResult) -> Trends:
        """Every ratio over all runs of the same extent on such a machine as this one's, oldest first."""
        trends: Trends = {}
        for scenario, of, beside, number, at, *in_short in self._connection.execute(
            SELECT_POINTS, (run.extent, place_of(run))
        ):
            points = trends.setdefault((scenario, of, beside), [])
            points.append(Point(number, datetime.fromisoformat(at), *in_short))
        return trends


def place_of(run: RunResult) -> str:
    """What tells machines apart, as far as their speed goes."""
    return f"{run.machine.get('cpu')}, {run.machine.get('cores')} cores"


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        (found,) = connection.execute("PRAGMA user_version").fetchone()
        if found == SCHEMA_VERSION:
            return
        if found:
            raise Conflict(f"{path} was written by another version of the benchmarks: move it away")
        for statement in filter(str.strip, SCHEMA.split(";")):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _in_short(measured: Measured) -> tuple[float, float, float, int]:
    return measured.median, measured.lowest, measured.highest, len(measured.values)
