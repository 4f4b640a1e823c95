"""`postil index`: how far the indexes have come; and building them anew."""

from typing import Annotated

import typer

from services.cli.hits import indexes_table
from services.cli.output import note, print_json, show
from services.cli.session import DataOption, JsonOption, TenantOption, reporting, run
from shared.contracts.search import GetIndexes, IndexReports, RebuildIndexes

index = typer.Typer(
    help="The search indexes: derived from the log, and built anew whenever you like.", no_args_is_help=True
)


def add_to(app: typer.Typer) -> None:
    app.add_typer(index, name="index")


@index.command()
def status(data: DataOption = None, tenant: TenantOption = None, json: JsonOption = False) -> None:
    """Show how far each index has come.

    Example: postil index status
    """
    _tell(run(lambda session: session.bus.ask(session.tenant, GetIndexes()), data=data, tenant=tenant), as_json=json)


@index.command()
def rebuild(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="INDEX", help="text, vectors, figures.", show_default="all")
    ] = None,
    data: DataOption = None,
    tenant: TenantOption = None,
    json: JsonOption = False,
) -> None:
    """Build indexes anew. Those that are there serve until the new ones are complete.

    Example: postil index rebuild text
    """
    with reporting():
        wanted = RebuildIndexes(names=tuple(names or ()))
    _tell(run(lambda session: session.bus.ask(session.tenant, wanted), data=data, tenant=tenant), as_json=json)


def _tell(reports: IndexReports, *, as_json: bool) -> None:
    if as_json:
        for each in reports.indexes:
            print_json(each)
    elif reports.indexes:
        show(indexes_table(reports.indexes))
    else:
        note("there are none yet")
