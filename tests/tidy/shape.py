"""Rules about what a reader has to hold in mind: lengths, an opening word, names that tell their unit."""

import ast
from collections.abc import Iterator

from tests.tidy.source import Finding, Rule, Source

FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 40

# Alone, or as the last word of a name, they leave open what is counted.
NO_UNIT_LAST = {"timeout", "delay", "interval", "duration"}
# These come last, after what they bound: `count_max`, not `max_count`.
BOUNDS = {"max", "min", "maximum", "minimum"}


def _long_file(source: Source) -> Iterator[Finding]:
    if len(source.lines) > FILE_LINES_MAX:
        yield Finding(FILE_LINES_MAX, f"{len(source.lines)} lines, {FILE_LINES_MAX} at the most: a noun is hiding here")


def _long_function(source: Source) -> Iterator[Finding]:
    for function in source.functions:
        lines = (function.end_lineno or function.lineno) - function.lineno + 1
        if lines > FUNCTION_LINES_MAX:
            yield Finding(function.lineno, f"{function.name} has {lines} lines, {FUNCTION_LINES_MAX} at the most")


def _no_opening(source: Source) -> Iterator[Finding]:
    if source.tree.body and ast.get_docstring(source.tree) is None:
        yield Finding(1, "a module opens with a docstring: what it owns, what it leaves to others")


def _name_without_unit(source: Source) -> Iterator[Finding]:
    for node in ast.walk(source.tree):
        for name, line in _named(node):
            words = name.strip("_").split("_")
            if words[-1] in NO_UNIT_LAST:
                yield Finding(line, f"{name}: of what unit? It comes last, as in {name}_seconds")
            elif words[0] in BOUNDS:
                yield Finding(line, f"{name}: a bound comes last, after what it bounds, as in bytes_max")


def _named(node: ast.AST) -> Iterator[tuple[str, int]]:
    """Parameters and the fields of classes: the names that others have to use."""
    if isinstance(node, ast.arg):
        yield node.arg, node.lineno
    if isinstance(node, ast.ClassDef):
        for statement in node.body:
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                yield statement.target.id, statement.lineno


def _any_type(source: Source) -> Iterator[Finding]:
    for node in ast.walk(source.tree):
        if (isinstance(node, ast.Name) and node.id == "Any") or (
            isinstance(node, ast.Attribute) and node.attr == "Any"
        ):
            yield Finding(node.lineno, "a contract says what it holds: JSON is pydantic.JsonValue")


def _is_contract(source: Source) -> bool:
    return source.is_python and source.path.as_posix().startswith("shared/contracts/")


def _is_python(source: Source) -> bool:
    return source.is_python


RULES = [
    Rule("file length", _is_python, _long_file),
    Rule("function length", _is_python, _long_function),
    Rule("module docstring", _is_python, _no_opening),
    Rule("names with units", _is_python, _name_without_unit),
    Rule("no Any in contracts", _is_contract, _any_type),
]
