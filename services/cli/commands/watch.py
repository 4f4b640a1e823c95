"""`postil watch`: every change as it happens, one line each."""

from typing import Annotated

import typer

from services.cli.output import console, note, print_json
from services.cli.pictures import change_line
from services.cli.session import DataOption, Exit, JsonOption, Session, TenantOption, run
from shared.contracts.changes import Change
from shared.contracts.stats import GetStats
from shared.watch import Overflow, Watcher


def add_to(app: typer.Typer) -> None:
    app.command()(watch)


def watch(
    collection: Annotated[
        str | None, typer.Argument(metavar="COLLECTION", help="Only this collection.", show_default=False)
    ] = None,
    from_seq: Annotated[
        int | None, typer.Option(min=0, help="Begin with this change; 0 is the very first.", show_default="from now on")
    ] = None,
    data: DataOption = None,
    tenant: TenantOption = None,
    json: JsonOption = False,
) -> None:
    """Show every change as it happens: documents put, annotated, deleted, expired.

    It goes on for ever, also when Postil or the broker is restarted
    meanwhile. Ctrl-C ends it (exit code 130) and says where to go on.

    Example: postil watch notes --from-seq 1 --json
    """
    watching = _Watching(collection, from_seq, as_json=json)
    try:
        run(watching.work, data=data, tenant=tenant)
    except typer.Exit as end:
        if end.exit_code == Exit.INTERRUPTED and watching.position is not None:
            note(f"go on with --from-seq {watching.position + 1}")
        raise


class _Watching:
    def __init__(self, collection: str | None, from_seq: int | None, *, as_json: bool) -> None:
        self._collection = collection
        self._as_json = as_json
        # Up to here everything has been shown; None until that is known.
        self.position = None if from_seq is None else max(from_seq - 1, 0)

    async def work(self, session: Session) -> None:
        if self.position is None:
            self.position = (await session.bus.ask(session.tenant, GetStats())).last_seq
            note(f"watching from change {self.position + 1} on; Ctrl-C ends it")
        while True:
            await self._until_overflow(session, self.position)

    async def _until_overflow(self, session: Session, since: int) -> None:
        watcher = Watcher(session.bus, session.tenant, session.settings.watch, since=since, collection=self._collection)
        async for change in watcher.changes():
            if isinstance(change, Overflow):
                self.position = change.resume_seq
                note(f"more happened than could be shown at once; going on after change {self.position}")
                return
            self.position = change.seq
            self._show(change)

    def _show(self, change: Change) -> None:
        if self._as_json:
            print_json(change)
        else:
            console.print(change_line(change), soft_wrap=not console.is_terminal)
