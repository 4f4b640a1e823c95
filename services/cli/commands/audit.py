"""`postil audit`: who gave the bot which command, and whether anybody has tampered with the record of it."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from services.cli.auditing import Examination, read_head, written_head
from services.cli.output import console, note, print_json, show
from services.cli.pictures import local, table
from services.cli.session import DataOption, Exit, JsonOption, Session, TenantOption, reporting, run
from services.cli.words import counted
from shared.contracts.audit import AUDIT_COLLECTION, AuditEntry, Link, entry_of, newest
from shared.contracts.documents import RecentDocuments
from shared.errors import NotFound
from shared.harmless import harmless, one_line

LIST_COUNT = 20
# Of one author, so many entries are looked at.
LOOK_COUNT = 1_000
NAME_CHARACTERS = 30
WORDS_CHARACTERS = 100
STYLES = {"ok": "green", "denied": "red", "failed": "red"}

audit = typer.Typer(help="The record of all commands that were given to the bot.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(audit, name="audit")


@audit.command()
def verify(
    head: Annotated[
        str | None,
        typer.Option(metavar="NUMBER:HASH", help="A head that was kept elsewhere.", show_default=False),
    ] = None,
    data: DataOption = None,
    tenant: TenantOption = None,
    json: JsonOption = False,
) -> None:
    """Check that no entry was altered, removed or put in. The exit code is 1 if one was.

    Only a head that was kept elsewhere shows that entries were cut off at the end, or all of them written anew: so keep
    the one that is printed.

    Example: postil audit verify --head "$(cat yesterdays-head)"
    """
    with reporting():
        kept = None if head is None else read_head(head)

    async def work(session: Session) -> tuple[Examination, int]:
        examination, flaws = Examination(session, kept), 0
        async for flaw in examination.flaws():
            flaws += 1
            if json:
                print_json({"number": flaw.number, "flaw": flaw.sentence})
            else:
                console.print(Text(harmless(flaw.sentence)), soft_wrap=True)
        return examination, flaws

    examination, flaws = run(work, data=data, tenant=tenant)
    if json:
        print_json({"entries": examination.entries, "flaws": flaws, "head": _written_or_none(examination.head)})
    else:
        _tell(examination, flaws)
    if flaws:
        raise typer.Exit(Exit.FAILED)


@audit.command("list")
def list_entries(
    author: Annotated[str | None, typer.Option(help="Only this one's.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, max=LOOK_COUNT, help="How many at the most.")] = LIST_COUNT,
    data: DataOption = None,
    tenant: TenantOption = None,
    json: JsonOption = False,
) -> None:
    """List entries, the newest first.

    Example: postil audit list --author mallory
    """
    query = RecentDocuments(collection=AUDIT_COLLECTION, limit=limit if author is None else LOOK_COUNT)
    documents = run(lambda session: session.bus.ask(session.tenant, query), data=data, tenant=tenant).items
    sound = [entry for each in documents if (entry := entry_of(each)) is not None]
    shown = [entry for entry in sound if author is None or entry.is_by(author)][:limit]
    if json:
        for entry in shown:
            print_json(entry)
    elif shown:
        show(_entries_table(shown))
    else:
        note("there are none")
    if len(shown) < limit and sound and sound[-1].number > 1:
        note(f"only the newest {len(documents):,} were looked at")
    if len(sound) < len(documents):
        note(f"{len(documents) - len(sound):,} are not as they were written; `postil audit verify` says more")


@audit.command()
def head(data: DataOption = None, tenant: TenantOption = None, json: JsonOption = False) -> None:
    """Print the number and the hash of the newest entry, to be kept elsewhere.

    Example: postil audit head > todays-head
    """
    query = RecentDocuments(collection=AUDIT_COLLECTION, limit=LIST_COUNT)
    found = newest(run(lambda session: session.bus.ask(session.tenant, query), data=data, tenant=tenant).items)
    with reporting():
        if found is None:
            raise NotFound("there is no entry yet")
    if json:
        print_json({"number": found.number, "hash": found.hash})
    else:
        console.print(Text(written_head(Link(found.number, found.hash))), soft_wrap=True)


def _tell(examination: Examination, flaws: int) -> None:
    read = counted(examination.entries, "entry", "entries")
    if flaws:
        console.print(f"[bold red]{counted(flaws, 'flaw')}[/] in {read}", soft_wrap=True)
    else:
        console.print(f"[green]Nobody has tampered with it:[/] {read} in one chain", soft_wrap=True)
    if written := _written_or_none(examination.head):
        console.print(f"[dim]head[/] {escape(written)}", soft_wrap=True)


def _written_or_none(head: Link) -> str | None:
    return written_head(head) if head.number else None


def _entries_table(entries: Sequence[AuditEntry]) -> Table:
    made = table("no", "when", "who", "where", "result", "what", right=("no",))
    for entry in entries:
        what = f"{entry.command} {entry.arguments}" + (f" ({entry.detail})" if entry.detail else "")
        made.add_row(
            str(entry.number),
            Text(local(entry.at), style="dim"),
            Text(one_line(entry.author, NAME_CHARACTERS)),
            Text(one_line(f"{entry.network}/{entry.channel}", NAME_CHARACTERS), style="cyan"),
            Text(entry.result, style=STYLES.get(entry.result, "yellow")),
            Text(one_line(what, WORDS_CHARACTERS)),
        )
    return made
