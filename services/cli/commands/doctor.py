"""`postil doctor`: finds what has drifted, and mends what can be mended."""

from typing import Annotated

import typer
import uvloop
from rich.markup import escape
from rich.table import Table

from services.cli.checkup import Checkup, examine_at_rest, examine_running
from services.cli.endpoints import somebody_lives
from services.cli.output import console, note, print_json, show
from services.cli.session import (
    DataOption,
    Exit,
    JsonOption,
    TenantOption,
    reporting,
    run,
    settings_with,
    warn_of_unknown,
)
from shared.clock import SystemClock


def add_to(app: typer.Typer) -> None:
    app.command()(doctor)


def doctor(
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be mended.")] = False,
    data: DataOption = None,
    tenant: TenantOption = None,
    json: JsonOption = False,
) -> None:
    """Compare everything that is derived with the change log, and the streams and services with what they should be.

    Works on a running system, and on a database at rest. The exit code is 6 when something is left to mend.

    Example: postil doctor --repair
    """
    settings = settings_with(data, tenant)
    warn_of_unknown()
    clock = SystemClock()
    if settings.nats.url is None and not somebody_lives(settings.data):
        note(f"Nothing runs on {settings.data}: examining {settings.database_path} at rest.")
        tenants = [tenant] if tenant else []
        with reporting():
            checkup = uvloop.run(examine_at_rest(settings, clock, tenants, repair=repair))
    else:
        checkup = run(lambda session: examine_running(session, clock, repair=repair), data=data, tenant=tenant)
    _tell(checkup, repair=repair, json=json)


def _tell(checkup: Checkup, *, repair: bool, json: bool) -> None:
    if json:
        print_json(_as_json(checkup))
    else:
        _print(checkup, repair=repair)
    if checkup.left_count:
        raise typer.Exit(Exit.INCOMPLETE)


def _as_json(checkup: Checkup) -> dict[str, object]:
    return {
        "left": [finding.model_dump() for finding in checkup.left],
        "left_count": checkup.left_count,
        "mended": [finding.model_dump() for finding in checkup.mended],
        "mended_count": checkup.mended_count,
        "tenants": checkup.tenants,
        "changes_read": checkup.changes_read,
        "documents_read": checkup.documents_read,
    }


def _print(checkup: Checkup, *, repair: bool) -> None:
    if checkup.left or checkup.mended:
        show(_table(checkup))
        console.print()
    tenants = ", ".join(checkup.tenants) or "no tenant"
    read = f"read {checkup.changes_read:,} changes and {checkup.documents_read:,} documents of {tenants}"
    console.print(f"{_verdict(checkup, repair=repair)} ([dim]{escape(read)}[/])", soft_wrap=True)


def _verdict(checkup: Checkup, *, repair: bool) -> str:
    said = []
    if checkup.mended_count:
        said.append(f"[green]{checkup.mended_count:,} mended[/]")
    if checkup.left_count:
        advice = "" if repair else "; `postil doctor --repair` mends what can be mended"
        said.append(f"[bold red]{checkup.left_count:,} left[/]{advice}")
    return ", ".join(said) or "[green]Everything is as it should be[/]"


def _table(checkup: Checkup) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for heading in ("", "what", "where", "found", "expected"):
        table.add_column(heading, overflow="fold")
    for mark, found in (("[green]mended[/]", checkup.mended), ("[bold red]left[/]", checkup.left)):
        for finding in found:
            words = (finding.what, finding.where, finding.found, finding.expected)
            table.add_row(mark, *(escape(word) for word in words))
    return table
