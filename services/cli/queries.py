"""Queries as they are typed on a command line: words with a dash, and a mark under the place where one goes wrong."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.cells import cell_len
from rich.text import Text
from typer.core import TyperCommand

from services.cli.output import errors
from services.database.search.language.mistakes import QueryMistake
from services.database.search.language.parsing import parse
from shared.clock import SystemClock
from shared.errors import Invalid
from shared.harmless import harmless

AROUND_CHARACTERS = 60
_FLAT = str.maketrans("\r\n\t", "   ")

QueryArgument = Annotated[
    list[str], typer.Argument(metavar="QUERY", help="In the search language.", show_default=False)
]
FilterOption = Annotated[
    str | None,
    typer.Option("--filter", metavar="QUERY", help="A query that must hold and doesn't rank.", show_default=False),
]


class QueryCommand(TyperCommand):
    """In a query `-word` is a word to leave out. So one dash begins no option here, but -h."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # typer shows only a subclass
        return super().parse_args(ctx, [f" {arg}" if _leaves_out(arg) else arg for arg in args])


def _leaves_out(arg: str) -> bool:
    return arg.startswith("-") and not arg.startswith("--") and arg != "-h"


def as_typed(words: Sequence[str]) -> str:
    return " ".join(word.strip() for word in words)


@contextmanager
def pointing(*queries: str | None) -> Iterator[None]:
    """When the work is refused because of one of these queries, show where, above the sentence that says why."""
    try:
        yield
    except Invalid:
        for query in queries:
            _point(query or "")
        raise


def _point(query: str) -> None:
    try:
        parse(query, SystemClock().now())
    except QueryMistake as mistake:
        first = max(0, mistake.start - AROUND_CHARACTERS)
        last = mistake.start + AROUND_CHARACTERS
        before = ("…" if first else "") + _flat(query[first : mistake.start])
        after = _flat(query[mistake.start : last]) + ("…" if last < len(query) else "")
        for line in (Text(f"  {before}{after}"), Text(f"  {' ' * cell_len(before)}^", style="bold red")):
            errors.print(line, soft_wrap=True)


def _flat(part: str) -> str:
    """A character for each of its characters, on one line."""
    return harmless(part.translate(_FLAT))
