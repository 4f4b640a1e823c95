"""Rules about exceptions from rules: each is rare, and each says why."""

import ast
import re
from collections.abc import Iterator

from tests.tidy.source import Finding, Rule, Source

UNCOUNTED = re.compile(r"#\s*pragma:\s*no\s*(cover|branch)")
# What is ignored stands first, the reason after it.
TYPE_IGNORE = re.compile(r"#\s*type:\s*ignore(?P<rest>.*)")
TYPE_IGNORE_WITH_REASON = re.compile(r"\[[\w, -]+\]\s*#\s*\w.*\s\w")
NOQA = re.compile(r"#\s*(?:ruff:\s*)?noqa(?P<rest>.*)", re.IGNORECASE)
NOQA_WITH_REASON = re.compile(r":\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*[\s#-]+\w.*\s\w")

BROAD = {"Exception", "BaseException"}


def _uncounted(source: Source) -> Iterator[Finding]:
    for line, comment in source.comments.items():
        if UNCOUNTED.search(comment):
            yield Finding(line, "nothing is hidden from the coverage")


def _silenced_without_reason(source: Source) -> Iterator[Finding]:
    for line, comment in source.comments.items():
        ignored = TYPE_IGNORE.search(comment)
        if ignored and not TYPE_IGNORE_WITH_REASON.match(ignored["rest"]):
            yield Finding(line, "say what is ignored and why: # type: ignore[code]  # reason in words")
        silenced = NOQA.search(comment)
        if silenced and not NOQA_WITH_REASON.match(silenced["rest"]):
            yield Finding(line, "say what is silenced and why: # noqa: CODE  reason in words")


def _broad_without_reason(source: Source) -> Iterator[Finding]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler) and _is_broad(node.type):
            said = {node.lineno, node.lineno - 1} & source.comments.keys()
            if not said and not _goes_on(node):
                yield Finding(node.lineno, "catching everything takes a comment: which boundary is this?")


def _goes_on(handler: ast.ExceptHandler) -> bool:
    """It only tidies up: the error travels on."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def _is_broad(caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(isinstance(name, ast.Name) and name.id in BROAD for name in names)


def _is_python(source: Source) -> bool:
    return source.is_python


RULES = [
    Rule("everything is counted", _is_python, _uncounted),
    Rule("silence has a reason", _is_python, _silenced_without_reason),
    Rule("broad except has a reason", _is_python, _broad_without_reason),
]
