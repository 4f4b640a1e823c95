"""Parts that are one file each, or one entry point of an installed package: nothing has to list them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from types import ModuleType
from typing import TypeVar

PartT = TypeVar("PartT")


@dataclass(frozen=True, slots=True)
class Offer:
    """A place where a part should be. `load` runs whatever stands there, so it may raise anything."""

    where: str
    load: Callable[[], object]


def offers_in(package: ModuleType, name: str) -> tuple[Offer, ...]:
    """The object called `name` of every module in the package, in the order of the file names."""
    modules = sorted(module.name for module in iter_modules(package.__path__))
    return tuple(
        Offer(f"{package.__name__}.{module}", partial(_object_in, f"{package.__name__}.{module}", name))
        for module in modules
    )


def offers_of(group: str) -> tuple[Offer, ...]:
    """What installed packages offer under the group, in the order of the names."""
    points = sorted(entry_points(group=group), key=lambda point: (point.name, point.value))
    return tuple(Offer(f"{point.name} = {point.value}", point.load) for point in points)


def parts_in(package: ModuleType, name: str, kind: type[PartT]) -> tuple[PartT, ...]:
    """The same objects where each must be there and of that kind."""
    found: list[PartT] = []
    for offer in offers_in(package, name):
        part = offer.load()
        if not isinstance(part, kind):
            raise TypeError(f"{offer.where} has no {name!r} that is a {kind.__name__}")
        found.append(part)
    return tuple(found)


def _object_in(module: str, name: str) -> object:
    return getattr(import_module(module), name, None)
