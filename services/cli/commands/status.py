"""`postil status`: every service, the streams, the store, the indexes."""

from collections.abc import Iterator, Mapping

import typer
from rich.markup import escape
from rich.table import Table

from services.cli.hits import indexes_table
from services.cli.output import console, print_json, show
from services.cli.overview import Overview, as_json, look
from services.cli.session import DataOption, Exit, JsonOption, TenantOption, run
from services.cli.words import counted, size, span
from shared.bus.wire import ServiceState
from shared.clock import SystemClock


def add_to(app: typer.Typer) -> None:
    app.command()(status)


def status(data: DataOption = None, tenant: TenantOption = None, json: JsonOption = False) -> None:
    """Show every service, its lag, streams, store and indexes. The exit code is 5 when a service is missing.

    Example: postil status --json | jq .services
    """
    _tell(run(lambda session: look(session, SystemClock()), data=data, tenant=tenant), json=json)


def _tell(overview: Overview, *, json: bool) -> None:
    if json:
        print_json(as_json(overview))
    else:
        show(_services(overview))
        console.print()
        show(_streams(overview))
        console.print()
        console.print(_store(overview), soft_wrap=True)
        if overview.indexes:
            console.print()
            show(indexes_table(overview.indexes))
    if not overview.complete:
        raise typer.Exit(Exit.UNAVAILABLE)


def _table(*headings: str, right: tuple[str, ...]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, justify="right" if heading in right else "left", no_wrap=heading in right)
    return table


def _services(overview: Overview) -> Table:
    table = _table("service", "state", "pid", "up for", "vitals", right=("pid",))
    for name, state in overview.instances:
        if state is None:
            table.add_row(name, "[bold red]down[/]", "", "", "nobody answers")
        else:
            up_for = span(overview.at - state.started_at)
            table.add_row(name, "[green]up[/]", str(state.vitals.get("pid", "")), up_for, _vitals(state))
    return table


def _vitals(state: ServiceState) -> str:
    """What is not nothing, besides the process id, which has a column of its own."""
    return escape(" · ".join(_said(state.vitals))) or "idle"


def _said(figures: Mapping[str, object], whose: str = "") -> Iterator[str]:
    for name, figure in figures.items():
        if isinstance(figure, Mapping):
            yield from _said(figure, f"{name} ")
        # A list is for other programs.
        elif figure and name != "pid" and not isinstance(figure, list):
            yield f"{whose}{name.replace('_', ' ')} {figure}"


def _streams(overview: Overview) -> Table:
    table = _table(
        "stream", "messages", "size", "reader", "waiting", "unacknowledged", "redelivered",
        right=("messages", "size", "waiting", "unacknowledged", "redelivered"),
    )  # fmt: skip
    for stream in overview.streams:
        begin = (stream.name, f"{stream.messages:,}", size(stream.bytes))
        if not stream.consumers:
            table.add_row(*begin)
        for consumer in stream.consumers:
            figures = (consumer.waiting, consumer.unacknowledged, consumer.redelivered)
            table.add_row(*begin, consumer.name, *(f"{figure:,}" for figure in figures))
            begin = ("", "", "")
    return table


def _store(overview: Overview) -> str:
    opening = f"[bold]store[/] of tenant {overview.tenant}"
    stats = overview.stats
    if stats is None:
        return f"{opening}: [bold red]the database does not answer[/]"
    documents = counted(stats.documents, "document")
    said = [documents, f"last seq {stats.last_seq:,}", f"announced {stats.announced_seq:,}"]
    if overview.database is not None and overview.database_bytes is not None:
        said.append(f"{size(overview.database_bytes)} in {escape(str(overview.database))}")
    collections = ", ".join(f"{escape(each.collection)} {each.documents:,}" for each in stats.collections[:10])
    more = f" and {len(stats.collections) - 10} more" if len(stats.collections) > 10 else ""
    return f"{opening}: {' · '.join(said)}" + (f"\n[bold]collections[/]: {collections}{more}" if collections else "")
