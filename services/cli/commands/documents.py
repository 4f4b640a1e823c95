"""`postil get`, `list` and `delete`: documents by their ids, and page by page."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated

import typer
from rich.text import Text

from services.cli.confirming import confirm
from services.cli.moments import point_in_history
from services.cli.output import complain, console, note, print_json, show
from services.cli.pictures import document_picture, documents_table
from services.cli.session import DataOption, Exit, JsonOption, Session, TenantOption, exit_code_of, reporting, run
from shared.contracts.documents import (
    Deleted,
    DeleteDocument,
    Document,
    DocumentPage,
    GetDocument,
    ListDocuments,
    RecentDocuments,
)
from shared.errors import PostilError
from shared.harmless import harmless

LIST_COUNT = 20
PAGE_COUNT_MAX = 500


def add_to(app: typer.Typer) -> None:
    app.command()(get)
    app.command("list")(list_documents)
    app.command()(delete)


def get(
    id: Annotated[str, typer.Argument(metavar="ID", help="The document's id.", show_default=False)],
    at: Annotated[
        str | None, typer.Option(metavar="SEQ|TIME", help="As it was at this sequence number or time.")
    ] = None,
    data: DataOption = None,
    tenant: TenantOption = None,
    json: JsonOption = False,
) -> None:
    """Show a document with its annotations, as it is or as it was.

    Example: postil get shopping --at 2026-01-31T12:00
    """
    with reporting():
        query = GetDocument(id=id, at=None if at is None else point_in_history(at))
    document = run(lambda session: session.bus.ask(session.tenant, query), data=data, tenant=tenant)
    if json:
        print_json(document)
    else:
        show(document_picture(document, framed=console.is_terminal))


def list_documents(
    collection: Annotated[
        str | None, typer.Argument(metavar="COLLECTION", help="Only this collection.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at the most.")] = LIST_COUNT,
    after: Annotated[str | None, typer.Option(help="Go on after the page that told this.")] = None,
    newest: Annotated[bool, typer.Option("--newest", help="The newest ones of the collection, newest first.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="All of them, whatever the limit.")] = False,
    data: DataOption = None,
    tenant: TenantOption = None,
    json: JsonOption = False,
) -> None:
    """List documents in the order of their creation, or the newest ones of a collection.

    Example: postil list notes --newest --limit 5
    """
    if newest and (collection is None or after or everything):
        raise typer.BadParameter("it takes a collection, and neither --after nor --all", param_hint="--newest")

    async def work(session: Session) -> None:
        if newest and collection is not None:
            recent = await session.bus.ask(session.tenant, RecentDocuments(collection=collection, limit=limit))
            _show(recent.items, as_json=json, is_first=True)
            return
        shown = 0
        async for page in _pages(session, collection, after, None if everything else limit):
            _show(page.items, as_json=json, is_first=not shown)
            shown += len(page.items)
            if page.next and not everything and shown >= limit:
                note(f"{shown:,} of {page.total:,}; go on with --after {page.next}")

    with reporting():
        run(work, data=data, tenant=tenant)


async def _pages(
    session: Session, collection: str | None, after: str | None, count_left: int | None
) -> AsyncIterator[DocumentPage]:
    """A page may be shorter than it was asked for: the bytes on one are limited, too."""
    while count_left is None or count_left > 0:
        limit = PAGE_COUNT_MAX if count_left is None else min(count_left, PAGE_COUNT_MAX)
        page = await session.bus.ask(session.tenant, ListDocuments(collection=collection, limit=limit, after=after))
        yield page
        after = page.next
        if after is None:
            return
        if count_left is not None:
            count_left -= len(page.items)


def _show(documents: Sequence[Document], *, as_json: bool, is_first: bool) -> None:
    if as_json:
        for document in documents:
            print_json(document)
    elif documents:
        show(documents_table(documents, with_header=is_first))
    elif is_first:
        note("there are none")


def delete(
    ids: Annotated[list[str], typer.Argument(metavar="ID", help="The documents' ids.", show_default=False)],
    if_version: Annotated[int | None, typer.Option(min=1, help="Only if this is still its version.")] = None,
    erase: Annotated[bool, typer.Option("--erase", help="Remove its text from the history, too.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
    data: DataOption = None,
    tenant: TenantOption = None,
    json: JsonOption = False,
) -> None:
    """Delete documents. Their history stays for a while, unless it is erased.

    Example: postil delete shopping --if-version 3 --yes
    """
    if if_version is not None and len(ids) > 1:
        raise typer.BadParameter("it takes a single document", param_hint="--if-version")
    whose = f"{len(ids)} documents" if len(ids) > 1 else ids[0]
    confirm(f"Delete {harmless(whose)}{' and their history' if erase else ''}?", yes=yes)

    async def work(session: Session) -> Exit:
        worst = Exit.OK
        for id in ids:
            try:
                done = await session.bus.ask(session.tenant, DeleteDocument(id=id, if_version=if_version, erase=erase))
            except PostilError as error:
                complain(error.detail)
                worst = exit_code_of(error)
            else:
                _tell(done, as_json=json)
        return worst

    if worst := run(work, data=data, tenant=tenant):
        raise typer.Exit(worst)


def _tell(done: Deleted, *, as_json: bool) -> None:
    if as_json:
        print_json(done)
    else:
        where = f"  {harmless(done.id)}  v{done.version}  seq {done.seq}"
        console.print(Text.assemble(("deleted", "red"), where), soft_wrap=True)
