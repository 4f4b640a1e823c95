"""`postil search` and `postil similar`: documents by what they say, and by what they resemble."""

from typing import Annotated, get_args

import typer
from rich.text import Text

from services.cli.harmless import harmless
from services.cli.hits import explanation_picture, facets_picture, hits_picture, summary_of
from services.cli.output import complain, errors, note, print_json, show
from services.cli.session import DataOption, JsonOption, Session, TenantOption, reporting, run
from services.database.search.language.mistakes import QueryMistake
from services.database.search.language.parsing import parse
from shared.clock import SystemClock
from shared.contracts.search import Facet, Found, Mode, Search, Similar, Sort
from shared.errors import Invalid

COUNT = 10
SEARCH_SECONDS_MAX = 30.0

FilterOption = Annotated[
    str | None,
    typer.Option("--filter", metavar="QUERY", help="A query that must hold and doesn't rank.", show_default=False),
]
LimitOption = Annotated[int, typer.Option(min=1, help="How many at the most.")]


def add_to(app: typer.Typer) -> None:
    app.command()(search)
    app.command()(similar)


def search(
    query: Annotated[list[str], typer.Argument(metavar="QUERY", help="In the search language.", show_default=False)],
    mode: Annotated[str, typer.Option(help=f"One of: {', '.join(get_args(Mode))}.")] = "hybrid",
    condition: FilterOption = None,
    sort: Annotated[str, typer.Option(help=f"One of: {', '.join(get_args(Sort))}.")] = "relevance",
    limit: LimitOption = COUNT,
    after: Annotated[str | None, typer.Option(help="Go on after the page that told this.")] = None,
    facet: Annotated[
        list[str] | None, typer.Option(help=f"Count by: {', '.join(get_args(Facet))}.", show_default=False)
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say how it was answered.")] = False,
    data: DataOption = None,
    tenant: TenantOption = None,
    json: JsonOption = False,
) -> None:
    """Search documents by words, by meaning, or by both.

    Words, "phrases", begin*, OR, -not, (groups), and fields such as
    collection: kind: author: tag: lang: entity: since:7d data.priority="high".
    What begins with a dash needs -- before it.

    Example: postil search printer OR scanner author:ada since:30d --facet tag
    """
    asked = {
        "query": " ".join(query),
        "mode": mode,
        "filter": condition,
        "sort": sort,
        "limit": limit,
        "after": after,
        "facets": tuple(facet or ()),
        "explain": explain,
    }

    async def work(session: Session) -> Found:
        try:
            return await session.bus.ask(session.tenant, wanted, seconds_max=SEARCH_SECONDS_MAX)
        except Invalid:
            _point_at_mistakes(wanted.query, condition)
            raise

    with reporting():
        wanted = Search.model_validate(asked)
    found = run(work, data=data, tenant=tenant)
    _tell(found, as_json=json)


def similar(
    id: Annotated[str | None, typer.Argument(metavar="ID", help="The document's id.", show_default=False)] = None,
    text: Annotated[str | None, typer.Option(help="What resembles this, instead of a document.")] = None,
    condition: FilterOption = None,
    limit: LimitOption = COUNT,
    data: DataOption = None,
    tenant: TenantOption = None,
    json: JsonOption = False,
) -> None:
    """Show what resembles a document, or a text.

    Example: postil similar T-17 --filter "collection:tickets since:90d"
    """
    if (id is None) == (text is None):
        raise typer.BadParameter("give a document's id, or --text", param_hint="ID")
    with reporting():
        wanted = Similar(id=id, text=text, filter=condition, limit=limit)
    found = run(
        lambda session: session.bus.ask(session.tenant, wanted, seconds_max=SEARCH_SECONDS_MAX),
        data=data,
        tenant=tenant,
    )
    _tell(found, as_json=json)


def _tell(found: Found, *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    if found.hits:
        show(hits_picture(found.hits))
    if found.facets:
        show(Text())
        show(facets_picture(found.facets))
    if found.explanation is not None:
        show(Text())
        show(explanation_picture(found.explanation))
    for reason in found.degraded:
        complain(reason)
    note(summary_of(found) if found.hits else "there are none")


def _point_at_mistakes(*queries: str | None) -> None:
    """Under the query as it was typed, where it goes wrong."""
    for query in queries:
        try:
            parse(query or "", SystemClock().now())
        except QueryMistake as mistake:
            errors.print(Text(f"  {harmless(mistake.query)}"), soft_wrap=True)
            errors.print(Text(" " * (mistake.position + 1) + "^", style="bold red"), soft_wrap=True)
