"""Parts that are one file each: whatever lies in the folder is in the catalogue, and nothing has to list it."""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import TypeVar

PartT = TypeVar("PartT")


def parts_in(package: ModuleType, name: str, kind: type[PartT]) -> tuple[PartT, ...]:
    """The object called `name` of every module in the package, in the order of the file names."""
    found: list[PartT] = []
    for module in sorted(iter_modules(package.__path__), key=lambda module: module.name):
        part = getattr(import_module(f"{package.__name__}.{module.name}"), name, None)
        if not isinstance(part, kind):
            raise TypeError(f"{package.__name__}.{module.name} has no {name!r} that is a {kind.__name__}")
        found.append(part)
    return tuple(found)
