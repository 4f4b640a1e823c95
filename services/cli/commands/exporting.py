"""`postil export`: documents as NDJSON, which `postil import` takes back."""

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.progress import Progress

from services.cli.exporting import Portion, all_documents, documents_put
from services.cli.output import errors, note
from services.cli.session import DataOption, Session, TenantOption, run
from services.cli.writing import write_whole

SinceOption = Annotated[
    int | None, typer.Option(min=0, metavar="SEQ", help="Only what was put after this sequence number.")
]
UntilOption = Annotated[int | None, typer.Option(min=0, metavar="SEQ", help="As it stood at this sequence number.")]
OutOption = Annotated[
    Path | None, typer.Option(help="Write into this file, once it is complete.", show_default="standard output")
]


def add_to(app: typer.Typer) -> None:
    app.command()(export)


def export(
    collection: Annotated[str | None, typer.Option(help="Only this collection.")] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    out: OutOption = None,
    data: DataOption = None,
    tenant: TenantOption = None,
) -> None:
    """Write documents as NDJSON, one a line, annotations included.

    With --since or --until: the documents that were put in this range, each
    once, as it stood at its end. What was deleted by then, or is no longer in
    the history, is not among them.

    Example: postil export --collection notes --out notes.ndjson
    """

    def portions(session: Session) -> AsyncIterator[Portion]:
        if since is None and until is None:
            return all_documents(session, collection)
        return documents_put(session, collection, since=since or 0, until=until)

    async def work(session: Session) -> int:
        count = 0
        with _destination(out) as file, _bar(shown=out is not None) as bar:
            task = bar.add_task("exporting", total=None)
            async for portion in portions(session):
                for document in portion.documents:
                    file.write(document + b"\n")
                count += len(portion.documents)
                bar.update(task, completed=portion.done, total=portion.total)
        return count

    count = run(work, data=data, tenant=tenant)
    note(f"{count:,} documents" + (f" in {out}" if out else ""))


@contextmanager
def _destination(out: Path | None) -> Iterator[BinaryIO]:
    if out is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    else:
        with write_whole(out) as file:
            yield file


def _bar(*, shown: bool) -> Progress:
    return Progress(console=errors, transient=True, disable=not (shown and errors.is_terminal))
