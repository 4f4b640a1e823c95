"""`postil analyse`: lets a step go over what is stored, after saying how much that is and what it will cost."""

from datetime import timedelta
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services.cli.confirming import confirm
from services.cli.output import console, errors, note, print_json
from services.cli.session import DataOption, Exit, JsonOption, Session, TenantOption, reporting, run
from services.cli.words import counted, span
from shared.contracts.analysis import Analyse, AnalyseProgress
from shared.contracts.annotations import Cost

# A look goes over few documents, but a step on the slow lane takes its time for each.
LOOK_SECONDS_MAX = 300.0
MICRO = 1_000_000
COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())


def add_to(app: typer.Typer) -> None:
    app.command()(analyse)


def analyse(
    step: Annotated[str, typer.Option(help="The step to run.", show_default=False)],
    collection: Annotated[str | None, typer.Option(help="Only this collection.", show_default=False)] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how much there is to do.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
    data: DataOption = None,
    tenant: TenantOption = None,
    json: JsonOption = False,
) -> None:
    """Run a step wherever it has something left to say: annotations that were never made, failed, or are out of date.

    Example: postil analyse --step summary --collection tickets
    """
    with reporting():
        wanted = Analyse(step=step, collection=collection, dry_run=True)
    estimate = run(lambda session: _all(session, wanted, "looking", None), data=data, tenant=tenant)
    if not json:
        note(_estimated(estimate))
    if dry_run or not estimate.pending:
        if json:
            print_json(estimate)
        return
    confirm(f"Run {step} on {counted(estimate.pending, 'document')}?", yes=yes)
    wanted = wanted.model_copy(update={"dry_run": False})
    done = run(lambda session: _all(session, wanted, step, estimate.pending), data=data, tenant=tenant)
    _tell(done, as_json=json)


def _tell(done: AnalyseProgress, *, as_json: bool) -> None:
    if as_json:
        print_json(done)
    else:
        failed = f", [red]{done.failed:,} failed[/]" if done.failed else ""
        console.print(f"[bold]{done.done:,}[/] annotated{failed}{_priced(done.cost)}", soft_wrap=True)
    if done.failed:
        raise typer.Exit(Exit.INCOMPLETE)


async def _all(session: Session, wanted: Analyse, what: str, count: int | None) -> AnalyseProgress:
    """Look by look to the end, added up; a bar shows how far it is."""
    total = AnalyseProgress(looked_at=0, pending=0)
    after: str | None = None
    with Progress(*COLUMNS, console=errors, disable=not errors.is_terminal, transient=wanted.dry_run) as bar:
        task = bar.add_task(what, total=count)
        while True:
            look = await session.bus.ask(
                session.tenant, wanted.model_copy(update={"after": after}), seconds_max=LOOK_SECONDS_MAX
            )
            total = _sum(total, look)
            bar.update(task, completed=total.looked_at if wanted.dry_run else total.done + total.failed)
            after = look.next
            if after is None:
                return total


def _sum(one: AnalyseProgress, other: AnalyseProgress) -> AnalyseProgress:
    cost = Cost(
        tokens_in=one.cost.tokens_in + other.cost.tokens_in,
        tokens_out=one.cost.tokens_out + other.cost.tokens_out,
        micro_usd=one.cost.micro_usd + other.cost.micro_usd,
    )
    seconds = None if other.seconds is None else (one.seconds or 0.0) + other.seconds
    return AnalyseProgress(
        looked_at=one.looked_at + other.looked_at,
        pending=one.pending + other.pending,
        done=one.done + other.done,
        failed=one.failed + other.failed,
        seconds=seconds,
        cost=cost,
    )


def _estimated(estimate: AnalyseProgress) -> str:
    looked = f"{estimate.pending:,} of {counted(estimate.looked_at, 'document')}"
    return f"left to do: {looked}{_timed(estimate)}{_priced(estimate.cost)}"


def _timed(estimate: AnalyseProgress) -> str:
    if estimate.seconds is None or not estimate.pending:
        return ""
    return f", about {span(timedelta(seconds=estimate.seconds))}" if estimate.seconds >= 1 else ", less than a second"


def _priced(cost: Cost) -> str:
    tokens = cost.tokens_in + cost.tokens_out
    return f", {tokens:,} tokens, {cost.micro_usd / MICRO:.4f} USD" if tokens or cost.micro_usd else ""
