"""`postil stats`: who writes, when, and about what."""

from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from services.cli.output import print_json, show
from services.cli.pictures import local
from services.cli.session import DataOption, JsonOption, TenantOption, reporting, run
from shared.contracts.figures import Count, Figures, GetFigures
from shared.harmless import one_line

TOP = 10
NAME_CHARACTERS = 40
BARS = " ▁▂▃▄▅▆▇█"


def add_to(app: typer.Typer) -> None:
    app.command()(stats)


def stats(
    collection: Annotated[
        str | None, typer.Argument(metavar="COLLECTION", help="Only this collection.", show_default=False)
    ] = None,
    author: Annotated[str | None, typer.Option(help="Only this author.")] = None,
    top: Annotated[int, typer.Option(min=1, max=100, help="How long the lists are.")] = TOP,
    data: DataOption = None,
    tenant: TenantOption = None,
    json: JsonOption = False,
) -> None:
    """Show who writes, when, and about what: kept up with every document, never counted by looking through.

    Example: postil stats chat.irc.python --author ada
    """
    with reporting():
        query = GetFigures(collection=collection, author=author, top=top)
    figures = run(lambda session: session.bus.ask(session.tenant, query), data=data, tenant=tenant)
    if json:
        print_json(figures)
    else:
        show(figures_picture(figures))


def figures_picture(figures: Figures) -> RenderableType:
    facts = Table.grid(padding=(0, 2, 0, 0))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    facts.add_row("documents", f"{figures.documents:,}")
    facts.add_row("authors", f"{figures.authors:,}")
    if figures.first_at and figures.last_at:
        facts.add_row("from, to", f"{local(figures.first_at)}, {local(figures.last_at)}")
    if figures.high_water:
        facts.add_row("most in a minute", f"{figures.high_water.documents:,}, {local(figures.high_water.minute)}")
    if any(figures.hours):
        facts.add_row("hours (UTC)", Text(f"0 {_bars(figures.hours)} 23"))
    lists = (("top authors", figures.top_authors), ("keywords", figures.top_keywords), ("languages", figures.languages))
    for name, counts in lists:
        if counts:
            facts.add_row(name, Text(_listed(counts)))
    for each in figures.spending:
        used = f"{each.annotations:,} annotations, {each.tokens_in + each.tokens_out:,} tokens"
        facts.add_row(f"{each.step} {each.day}", f"{used}, {each.micro_usd / 1e6:.4f} USD")
    return Group(facts)


def _listed(counts: tuple[Count, ...]) -> str:
    return ", ".join(f"{one_line(each.value, NAME_CHARACTERS)} {each.count:,}" for each in counts)


def _bars(hours: tuple[int, ...]) -> str:
    most = max(hours)
    return "".join(BARS[-(-count * (len(BARS) - 1) // most)] for count in hours)
