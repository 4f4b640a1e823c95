"""The formats that `import` reads: each is one file in `readers/`, and nothing else lists them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath

from services.cli.importing import readers
from services.cli.importing.rows import Fields, Found, Mark
from services.cli.importing.source import Source
from shared.catalogue import parts_in

AUTO = "auto"
FALLBACK = "text"


def _never(head: bytes) -> bool:
    return False


def _as_they_are(fields: Fields) -> Fields:
    return fields


@dataclass(frozen=True, slots=True)
class Format:
    """`read` goes through a source from a mark on. `shape` makes a document's fields of a row's columns, after they
    were renamed; it raises ValueError with the reason where that can't be done."""

    name: str
    read: Callable[[Source, Mark], Iterator[Found]]
    suffixes: tuple[str, ...] = ()
    looks_like: Callable[[bytes], bool] = _never
    shape: Callable[[Fields], Fields] = _as_they_are
    # Whether its rows can name their collection themselves.
    names_collections: bool = True


@cache
def formats() -> dict[str, Format]:
    return {each.name: each for each in parts_in(readers, "FORMAT", Format)}


def format_of(file: str, head: bytes) -> Format:
    """By the file's suffix, else by what it begins with."""
    suffix = PurePath(file).suffix.lower()
    for each in formats().values():
        if suffix and suffix in each.suffixes:
            return each
    return next((each for each in formats().values() if each.looks_like(head)), formats()[FALLBACK])
