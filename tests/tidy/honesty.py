"""Rules about tests: they wait for facts, they run, they can fail, and one finds them where the house has the thing."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.tidy.source import PROJECT, Finding, Rule, Source

# The one place that waits for facts. In a simulation time is made up, and a sleep takes none of the real one; so a
# story that is given a `Simulation` may sleep, too.
MAY_SLEEP = ("tests/until.py", "tests/simulation/")
SKIPS = {"skip", "skipif", "xfail", "importorskip"}
CHECKS = {"raises", "warns", "fail", "until"}
CHECK_PREFIXES = ("assert_", "expect_")
# They are about the whole house, or about all that is in a room.
ABOUT_A_WHOLE = {"chaos", "conformance", "flow", "golden", "live", "simulation", "tidy"}


def _sleeps(source: Source) -> Iterator[Finding]:
    made_up = {id(node) for function in source.functions if _is_simulated(function) for node in ast.walk(function)}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and _last_name(node.func) == "sleep" and id(node) not in made_up:
            yield Finding(node.lineno, "a test waits for a fact: await until(...)")


def _is_simulated(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return any(isinstance(each.annotation, ast.Name) and each.annotation.id == "Simulation" for each in arguments)


def _skips(source: Source) -> Iterator[Finding]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node.attr in SKIPS and ast.unparse(node).startswith("pytest."):
            yield Finding(node.lineno, f"{ast.unparse(node)}: a test runs, or it is deleted")
        if isinstance(node, ast.ImportFrom) and node.module == "pytest":
            for name in node.names:
                if name.name in SKIPS | {"mark"}:
                    yield Finding(node.lineno, f"write pytest.{name.name}, so that it is seen")


def _cannot_fail(source: Source) -> Iterator[Finding]:
    for function in source.functions:
        if function.name.startswith("test_") and not any(_is_check(node) for node in ast.walk(function)):
            yield Finding(function.lineno, f"{function.name} asserts nothing that can fail")


def _is_check(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return not isinstance(node.test, ast.Constant)
    if isinstance(node, ast.Call) and _last_name(node.func) in CHECKS:
        return True
    # A helper that checks says so in its name, whether it is called here or handed on.
    return isinstance(node, ast.Name | ast.Attribute) and _last_name(node).startswith(CHECK_PREFIXES)


def _last_name(called: ast.expr) -> str:
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""


def _astray(source: Source) -> Iterator[Finding]:
    if not mirrors(source, PROJECT):
        yield Finding(1, "tests mirror the house, but there is no such module")


def mirrors(source: Source, house: Path) -> bool:
    """tests/shared/bus/test_nats.py stands for shared/bus/nats, and test_nats_inlet.py for a part of it.

    tests/docs/test_settings.py stands for docs/SETTINGS.md. A folder of tests may also stand for one module:
    tests/shared/bus/wire/test_places.py.
    """
    room = house.joinpath(*source.path.parts[1:-1])
    words = source.path.stem.removeprefix("test_").split("_")
    if {source.path.parts[1], *words} & ABOUT_A_WHOLE or room.with_suffix(".py").is_file():
        return True
    things = {thing.stem.lower() for thing in room.iterdir()} if room.is_dir() else set()
    return any("_".join(words[:count]) in things for count in range(1, len(words) + 1))


def _is_test_code(source: Source) -> bool:
    return source.is_python and source.is_in("tests")


def _is_test_file(source: Source) -> bool:
    return _is_test_code(source) and source.path.name.startswith("test_")


def _may_not_sleep(source: Source) -> bool:
    return _is_test_code(source) and not source.path.as_posix().startswith(MAY_SLEEP)


RULES = [
    Rule("no sleep in tests", _may_not_sleep, _sleeps),
    Rule("no skipped tests", _is_test_code, _skips),
    Rule("tests can fail", _is_test_file, _cannot_fail),
    Rule("tests mirror the house", _is_test_file, _astray),
]
