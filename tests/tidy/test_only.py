"""The import contract of our own, on a small made-up house."""

import pytest
from grimp import ImportGraph

from tests.tidy.only import OnlyContract


def strays(*imports: tuple[str, str]) -> list[str]:
    graph = ImportGraph()
    for name in ("shop", "shop.service", "shop.rules", "shop.rules.price", "tools", "tools.words", "tools.wire"):
        graph.add_module(name)
    graph.add_module("outside", is_squashed=True)
    for importer, imported in imports:
        graph.add_import(importer=importer, imported=imported)
    options = {
        "source_modules": ["shop.**"],
        "except_modules": ["shop.service"],
        "allowed_modules": ["shop", "tools.words"],
        "refused_modules": ["shop.service"],
    }
    contract = OnlyContract("rules", {"root_packages": ["shop", "tools"]}, options)
    check = contract.check(graph, verbose=False)
    found = check.metadata["strays"]
    assert isinstance(found, list)
    assert check.kept is not bool(found)
    return found


@pytest.mark.parametrize("imported", ["shop.rules", "tools.words", "outside"])
def test_what_is_allowed_may_be_imported(imported: str) -> None:
    assert strays(("shop.rules.price", imported)) == []


@pytest.mark.parametrize("imported", ["tools", "tools.wire", "shop.service"])
def test_everything_else_is_named(imported: str) -> None:
    assert strays(("shop.rules.price", imported)) == [f"shop.rules.price -> {imported}"]


def test_the_exceptions_may_import_anything() -> None:
    assert strays(("shop.service", "tools.wire")) == []
