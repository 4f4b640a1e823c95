"""`postil standing`: queries that are kept, and hear of every new document that matches them."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from services.cli.output import console, note, print_json, show
from services.cli.pictures import table
from services.cli.queries import FilterOption, QueryArgument, QueryCommand, as_typed, pointing
from services.cli.session import DataOption, JsonOption, Session, TenantOption, reporting, run
from shared.contracts.saving import Saved
from shared.contracts.search import Filter
from shared.contracts.standing import DropStanding, ListStanding, SaveStanding, StandingQuery
from shared.harmless import harmless, one_line

CHANNEL_CHARACTERS = 40
QUERY_CHARACTERS = 200

standing = typer.Typer(help="Standing queries: each new document that matches is told.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Its name.", show_default=False)]


def add_to(app: typer.Typer) -> None:
    app.add_typer(standing, name="standing")


@standing.command(cls=QueryCommand)
def save(
    name: Name,
    query: QueryArgument,
    condition: FilterOption = None,
    channel: Annotated[
        str | None, typer.Option(metavar="NETWORK.CHANNEL", help="Where the bot says so.", show_default=False)
    ] = None,
    data: DataOption = None,
    tenant: TenantOption = None,
    json: JsonOption = False,
) -> None:
    """Keep a query. What matches from now on is published at postil.<tenant>.matches.NAME.

    Example: postil standing save outages 'down OR broken collection:tickets'
    """
    typed = as_typed(query)
    with reporting():
        wanted = SaveStanding(name=name, query=typed, filter=condition, channel=channel)

    async def work(session: Session) -> Saved:
        with pointing(typed, condition):
            return await session.bus.ask(session.tenant, wanted)

    saved = run(work, data=data, tenant=tenant)
    if json:
        print_json(saved)
    else:
        console.print(Text.assemble((saved.outcome or "", "green"), f"  {harmless(name)}"))


@standing.command("list")
def list_standing(data: DataOption = None, tenant: TenantOption = None, json: JsonOption = False) -> None:
    """List standing queries.

    Example: postil standing list
    """
    found = run(lambda session: session.bus.ask(session.tenant, ListStanding()), data=data, tenant=tenant).items
    if json:
        for each in found:
            print_json(each)
    elif found:
        show(_table(found))
    else:
        note("there are none")


@standing.command()
def drop(name: Name, data: DataOption = None, tenant: TenantOption = None, json: JsonOption = False) -> None:
    """Drop a standing query.

    Example: postil standing drop outages
    """
    with reporting():
        wanted = DropStanding(name=name)
    dropped = run(lambda session: session.bus.ask(session.tenant, wanted), data=data, tenant=tenant)
    if json:
        print_json(dropped)
    else:
        console.print(Text.assemble(("dropped", "red"), f"  {harmless(name)}"))


def _table(found: Sequence[StandingQuery]) -> Table:
    made = table("name", "matches", "channel", "query", right=("matches",))
    for each in found:
        channel = one_line(each.channel or "", CHANNEL_CHARACTERS)
        made.add_row(Text(each.name), f"{each.matches:,}", Text(channel), Text(_said(each)))
    return made


def _said(query: StandingQuery) -> str:
    condition = (
        query.filter.model_dump_json(exclude_defaults=True) if isinstance(query.filter, Filter) else query.filter
    )
    parts = [query.query, *([f"--filter {condition}"] if condition else [])]
    return one_line("  ".join(parts), QUERY_CHARACTERS)
