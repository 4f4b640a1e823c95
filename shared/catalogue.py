"""Parts that are one file each, or one entry point of an installed package: nothing has to list them."""

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.machinery import SourceFileLoader
from importlib.metadata import entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import NoReturn, TypeVar

PartT = TypeVar("PartT")

# Where something was refused, and why.
Refused = Callable[[str, str], None]


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


def offers_from(folder: Path, name: str) -> tuple[Offer, ...]:
    """The same of every file in a folder that is no package, read anew each time; none if there is no such folder.

    What begins with an underscore is left out. Raises OSError if the folder can't be read.
    """
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix == ".py" and not path.name.startswith("_"))
    except FileNotFoundError:
        return ()
    return tuple(Offer(str(path), partial(_object_from, path, name)) for path in files if path.is_file())


def parts_of(
    offers: Iterable[Offer], read: Callable[[object], PartT], refused: Refused
) -> Iterator[tuple[Offer, PartT]]:
    """What `read` makes of each. A part that is broken is refused, and the others are there."""
    for offer in offers:
        try:
            part = read(offer.load())
        except (Exception, SystemExit) as error:  # A stranger's code: what is broken in it ends nobody else.
            refused(offer.where, str(error) or type(error).__name__)
        else:
            yield offer, part


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


class _ReadAnew(SourceFileLoader):
    """Leaves no compiled file behind, and believes none: an edit may keep the file's size and its second."""

    def path_stats(self, path: str) -> NoReturn:
        raise OSError(f"{path} is read anew each time")


def _object_from(path: Path, name: str) -> object:
    # It hides no other module, and is known: dataclasses look their own module up.
    known_as = f"{path.stem} in {path.parent}"
    spec = spec_from_file_location(known_as, path, loader=_ReadAnew(known_as, str(path)))
    if spec is None or spec.loader is None:
        raise ImportError("it can't be read as a module")
    sys.modules[known_as] = module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[known_as]
        raise
    return getattr(module, name, None)
