"""`postil standing`: queries that are kept, and hear of every new document that matches them."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from services.cli.harmless import harmless
from services.cli.output import console, note, print_json, show
from services.cli.pictures import table
from services.cli.session import DataOption, JsonOption, TenantOption, reporting, run
from shared.contracts.standing import DropStanding, ListStanding, SaveStanding, StandingQuery

standing = typer.Typer(help="Standing queries: each new document that matches is told.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Its name.", show_default=False)]


def add_to(app: typer.Typer) -> None:
    app.add_typer(standing, name="standing")


@standing.command()
def save(
    name: Name,
    query: Annotated[list[str], typer.Argument(metavar="QUERY", help="In the search language.", show_default=False)],
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
    with reporting():
        wanted = SaveStanding(name=name, query=" ".join(query), channel=channel)
    saved = run(lambda session: session.bus.ask(session.tenant, wanted), data=data, tenant=tenant)
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
        made.add_row(
            Text(each.name), f"{each.matches:,}", Text(harmless(each.channel or "")), Text(harmless(each.query))
        )
    return made
