"""`postil search` and `postil similar`: documents by what they say, and by what they resemble."""

from typing import Annotated, cast, get_args

import typer
from rich.text import Text

from services.cli.hits import explanation_picture, facets_picture, hits_picture, summary_of
from services.cli.output import note, print_json, show, warn
from services.cli.queries import FilterOption, QueryArgument, QueryCommand, as_typed, pointing
from services.cli.session import DataOption, JsonOption, Session, TenantOption, reporting, run
from shared.contracts.search import Facet, Found, Mode, Search, Similar, Sort

COUNT = 10
SEARCH_SECONDS_MAX = 30.0

ModeOption = Annotated[Mode, typer.Option(help="By meaning and by words, by words, or by meaning.")]
SortOption = Annotated[Sort, typer.Option(help="The best first, or the newest.")]
LimitOption = Annotated[int, typer.Option(min=1, help="How many at the most.")]
AfterOption = Annotated[str | None, typer.Option(help="Go on after the page that told this.", show_default=False)]
FacetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--facet",
        help=f"Count what was found by: {', '.join(get_args(Facet))}. May be given again.",
        autocompletion=lambda: list(get_args(Facet)),
        show_default=False,
    ),
]
ExplainOption = Annotated[bool, typer.Option("--explain", help="Say how it was answered.")]


def add_to(app: typer.Typer) -> None:
    app.command(cls=QueryCommand)(search)
    app.command()(similar)


def search(
    query: QueryArgument,
    mode: ModeOption = "hybrid",
    condition: FilterOption = None,
    sort: SortOption = "relevance",
    limit: LimitOption = COUNT,
    after: AfterOption = None,
    facets: FacetOption = None,
    explain: ExplainOption = False,
    data: DataOption = None,
    tenant: TenantOption = None,
    json: JsonOption = False,
) -> None:
    """Search documents by words, by meaning, or by both.

    Words, "phrases", begin*, OR, -not, (groups), and fields such as
    collection: kind: author: tag: lang: entity: since:7d data.priority="high".

    Example: postil search printer OR scanner author:ada since:30d --facet tag
    """
    typed = as_typed(query)
    with reporting():
        wanted = Search(
            query=typed,
            mode=mode,
            filter=condition,
            sort=sort,
            limit=limit,
            after=after,
            facets=cast(tuple[Facet, ...], tuple(facets or ())),  # this very model checks them
            explain=explain,
        )

    async def work(session: Session) -> Found:
        with pointing(typed, condition):
            return await session.bus.ask(session.tenant, wanted, seconds_max=SEARCH_SECONDS_MAX)

    _tell(run(work, data=data, tenant=tenant), as_json=json)


def similar(
    id: Annotated[str | None, typer.Argument(metavar="ID", help="The document's id.", show_default=False)] = None,
    text: Annotated[
        str | None, typer.Option(help="What resembles this, instead of a document.", show_default=False)
    ] = None,
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

    async def work(session: Session) -> Found:
        with pointing(condition):
            return await session.bus.ask(session.tenant, wanted, seconds_max=SEARCH_SECONDS_MAX)

    _tell(run(work, data=data, tenant=tenant), as_json=json)


def _tell(found: Found, *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    if found.hits:
        show(hits_picture(found.hits))
    if any(found.facets.values()):
        show(Text())
        show(facets_picture(found.facets))
    if found.explanation is not None:
        show(Text())
        show(explanation_picture(found.explanation))
    for reason in found.degraded:
        warn(reason)
    note(summary_of(found) if found.hits else "there are none")
