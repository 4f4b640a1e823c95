"""Rules about what comes from outside: time and chance are passed in; no machine and no index is written down."""

import ast
import re
from collections.abc import Iterator

from tests.tidy.source import Finding, Rule, Source

CLOCK = "shared/clock.py"

TIME_CALLS = re.compile(r"(?:^|\.)(?:datetime\.(?:now|utcnow|today)|date\.today|time\.(?:time|time_ns))$")
# A generator that is made from a seed may be handed around; the module's own is everybody's and nobody's.
CHANCE_CALLS = re.compile(r"^random\.(?!Random$)\w+$")

MACHINE_PATH = re.compile(r"(?<![\w.:/)-])/(?:home|root|tmp)\b")
INDEX = re.compile(r"pypi\.org|pythonhosted\.org|(?:extra-)?index[-_]url|find[-_]links|trusted[-_]host", re.IGNORECASE)
ADDRESS = re.compile(r"https?://")


def _own_time_or_chance(source: Source) -> Iterator[Finding]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if TIME_CALLS.search(called) or CHANCE_CALLS.match(called):
                yield Finding(node.lineno, f"{called}(): time and chance are passed in")
        if isinstance(node, ast.ImportFrom):
            yield from _hidden_time_or_chance(node)


def _hidden_time_or_chance(node: ast.ImportFrom) -> Iterator[Finding]:
    names = {name.name for name in node.names}
    if (node.module == "random" and names != {"Random"}) or (node.module == "time" and names & {"time", "time_ns"}):
        yield Finding(node.lineno, f"from {node.module} import ...: time and chance are passed in")


def _machine_paths(source: Source) -> Iterator[Finding]:
    for number, line in enumerate(source.lines, start=1):
        if found := MACHINE_PATH.search(line):
            yield Finding(number, f"{found[0]} is a place on somebody's machine")


def _indexes(source: Source) -> Iterator[Finding]:
    for number, line in enumerate(source.lines, start=1):
        if found := INDEX.search(line):
            yield Finding(number, f"{found[0]}: where packages come from is the installer's business")


def _addresses(source: Source) -> Iterator[Finding]:
    for number, line in enumerate(source.lines, start=1):
        if ADDRESS.search(line):
            yield Finding(number, "what installs things names no address")


def _is_ours_to_run(source: Source) -> bool:
    return source.is_python and source.is_in("shared", "services") and source.path.as_posix() != CLOCK


def _installs(source: Source) -> bool:
    return source.is_in("requirements", ".ci", "Makefile", "pyproject.toml") or source.path.name == "Dockerfile"


def _any(source: Source) -> bool:
    return True


RULES = [
    Rule("time and chance are passed in", _is_ours_to_run, _own_time_or_chance),
    Rule("no machine's paths", _any, _machine_paths),
    Rule("no package index", _any, _indexes),
    Rule("no address to install from", _installs, _addresses),
]
