"""`postil feedback`: what people think of annotations and of search results."""

from typing import Annotated

import typer
from rich.text import Text

from services.cli.output import console, note, print_json, show
from services.cli.pictures import local, table
from services.cli.session import DataOption, JsonOption, TenantOption, reporting, run
from shared.contracts.feedback import FeedbackItem, GiveFeedback, ListFeedback, SummariseFeedback, Thumb
from shared.harmless import harmless, one_line

LIST_COUNT = 20
CORRECTION_CHARACTERS = 80
NAME_CHARACTERS = 40
THUMBS = {"up": "+1", "down": "-1", None: ""}

feedback = typer.Typer(help="Feedback on annotations and search results.", no_args_is_help=True)

StepOption = Annotated[str | None, typer.Option(help="The step whose annotation it is about.", show_default=False)]


def add_to(app: typer.Typer) -> None:
    app.add_typer(feedback, name="feedback")


@feedback.command()
def give(
    id: Annotated[str, typer.Argument(metavar="ID", help="The document's id.", show_default=False)],
    step: StepOption = None,
    query: Annotated[str | None, typer.Option(help="The search whose result it was.", show_default=False)] = None,
    thumb: Annotated[Thumb | None, typer.Option(help="Good, or not.", show_default=False)] = None,
    stars: Annotated[int | None, typer.Option(min=1, max=5, help="From 1 to 5.", show_default=False)] = None,
    correction: Annotated[str | None, typer.Option(help="What it should have said.", show_default=False)] = None,
    author: Annotated[str | None, typer.Option(help="Whose opinion it is.", show_default=False)] = None,
    data: DataOption = None,
    tenant: TenantOption = None,
    json: JsonOption = False,
) -> None:
    """Say what you think of an annotation, or of a document as the result of a search.

    Example: postil feedback give T-17 --step summary --thumb down --correction "It starts."
    """
    with reporting():
        given = GiveFeedback(
            id=id, step=step, query=query, thumb=thumb, stars=stars, correction=correction, author=author
        )
    saved = run(lambda session: session.bus.ask(session.tenant, given), data=data, tenant=tenant)
    if json:
        print_json(saved)
    else:
        console.print(Text.assemble((saved.outcome or "", "green"), f"  {harmless(saved.id or '')}"), soft_wrap=True)


@feedback.command("list")
def list_feedback(
    id: Annotated[str | None, typer.Argument(metavar="ID", help="Only on this document.", show_default=False)] = None,
    step: StepOption = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at the most.")] = LIST_COUNT,
    after: Annotated[str | None, typer.Option(help="Go on after the page that told this.")] = None,
    data: DataOption = None,
    tenant: TenantOption = None,
    json: JsonOption = False,
) -> None:
    """List feedback, the newest first.

    Example: postil feedback list --step summary
    """
    with reporting():
        wanted = ListFeedback(id=id, step=step, limit=limit, after=after)
    page = run(lambda session: session.bus.ask(session.tenant, wanted), data=data, tenant=tenant)
    if json:
        for each in page.items:
            print_json(each)
    elif page.items:
        made = table("on", "step or query", "thumb", "stars", "by", "at", "correction")
        for each in page.items:
            made.add_row(*_row(each))
        show(made)
    else:
        note("there is none")
    if page.next:
        note(f"there is more; go on with --after {page.next}")


def _row(item: FeedbackItem) -> list[Text]:
    cells = (
        harmless(item.about),
        item.step or one_line(item.query or "", NAME_CHARACTERS),
        THUMBS[item.thumb],
        str(item.stars or ""),
        one_line(item.author or "", NAME_CHARACTERS),
        local(item.at) if item.at else "",
        one_line(item.correction or "", CORRECTION_CHARACTERS),
    )
    return [Text(cell) for cell in cells]


@feedback.command()
def summary(
    step: StepOption = None, data: DataOption = None, tenant: TenantOption = None, json: JsonOption = False
) -> None:
    """Sum up feedback for each version of each step, and for searches.

    Example: postil feedback summary
    """
    with reporting():
        wanted = SummariseFeedback(step=step)
    found = run(lambda session: session.bus.ask(session.tenant, wanted), data=data, tenant=tenant).items
    if json:
        for each in found:
            print_json(each)
        return
    made = table("step", "+1", "-1", "stars", "mean", "corrections", right=("+1", "-1", "stars", "mean", "corrections"))
    for each in found:
        name = "searches" if each.step is None else f"{each.step} {each.step_version}"
        mean = "" if each.stars_mean is None else f"{each.stars_mean:.2f}"
        made.add_row(Text(harmless(name)), *map(str, (each.up, each.down, each.stars, mean, each.corrections)))
    if found:
        show(made)
    else:
        note("there is none")
