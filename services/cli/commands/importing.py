"""`postil import`: files and standard input into the database, row by row, to be resumed wherever it was cut."""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from services.cli.importing.belt import Belt
from services.cli.importing.checkpoint import CheckpointFile
from services.cli.importing.formats import AUTO, formats
from services.cli.importing.importer import Importer
from services.cli.importing.preparing import Plan, Start, Step, steps
from services.cli.importing.rejects import Rejects
from services.cli.importing.rows import Mark
from services.cli.importing.showing import progress_on
from services.cli.importing.source import STDIN
from services.cli.importing.tally import Counts
from services.cli.output import console, errors, note, print_json
from services.cli.session import DataOption, Exit, JsonOption, Session, TenantOption, run
from shared.contracts.saving import SaveResults
from shared.errors import Invalid, NotFound

FORMAT_NAMES = [AUTO, *formats()]
BATCH_COUNT = 500
BATCH_COUNT_MAX = 10_000
BELT_BYTES_MAX = 4 * 1024**2
PUT_SECONDS_MAX = 30.0


Files = Annotated[
    list[str], typer.Argument(metavar="FILE", help="Files to import; - is standard input.", show_default=False)
]
FormatOption = Annotated[
    str, typer.Option("--format", help=f"One of: {', '.join(FORMAT_NAMES)}.", autocompletion=lambda: FORMAT_NAMES)
]
MapOption = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="COLUMN=FIELD", help="Take a column for a field, as in body=text or n=data.n."),
]
RejectsOption = Annotated[Path | None, typer.Option(help="Write the rows that are refused into this file.")]
CheckpointOption = Annotated[
    Path | None, typer.Option(help="Keep the place in this file, and go on from there if it exists.")
]
BatchOption = Annotated[int, typer.Option(min=1, max=BATCH_COUNT_MAX, help="Rows in one request at the most.")]


def add_to(app: typer.Typer) -> None:
    app.command("import")(import_files)


def import_files(
    files: Files,
    collection: Annotated[str | None, typer.Option(help="The collection of rows that name none.")] = None,
    form: FormatOption = AUTO,
    mapping: MapOption = None,
    rejects: RejectsOption = None,
    checkpoint: CheckpointOption = None,
    batch: BatchOption = BATCH_COUNT,
    data: DataOption = None,
    tenant: TenantOption = None,
    json: JsonOption = False,
) -> None:
    """Import NDJSON, JSON, CSV, mbox or plain text; what is counted is committed.

    The format is told by the file's suffix, else by how it begins. CSV
    columns that are no field of a document go into its data; tags are parted
    by ; or , and a time without a zone is in UTC. With plain text a file is
    one document, or with --format lines each line of it.

    A row without an id gets one from its place and content, so importing the
    same file again adds nothing. What `postil export` wrote comes back as it
    was. While Postil is away, the import waits.

    Example: postil import notes.csv --collection notes --rejects bad.ndjson
    """
    plan = Plan(tuple(files), _known(form), collection, _pairs(mapping or ()))
    job = _Job(plan, checkpoint, rejects, batch)
    try:
        counts, seconds = run(job.timed, data=data, tenant=tenant)
    except typer.Exit as end:
        if end.exit_code == Exit.INTERRUPTED:
            note(job.advice)
        raise
    _sum_up(counts, seconds, as_json=json)
    if counts.rejected:
        raise typer.Exit(Exit.INCOMPLETE)


class _Job:
    def __init__(self, plan: Plan, checkpoint: Path | None, rejects: Path | None, batch_count_max: int) -> None:
        self._plan = plan
        self._checkpoint = checkpoint
        self._rejects = rejects
        self._batch_count_max = batch_count_max

    @property
    def advice(self) -> str:
        if self._checkpoint is not None:
            return f"interrupted; the same command goes on from {self._checkpoint}"
        return (
            "interrupted; the same command begins anew and adds nothing twice (--checkpoint FILE would keep the place)"
        )

    async def timed(self, session: Session) -> tuple[Counts, float]:
        clock = asyncio.get_running_loop()
        began = clock.time()
        return await self._work(session), clock.time() - began

    async def _work(self, session: Session) -> Counts:
        _check_files(self._plan.files)
        checkpoint = CheckpointFile(self._checkpoint, self._plan.digest())
        resumed = checkpoint.load()
        counts, start, bytes_kept = Counts(), Start(), 0
        if resumed is not None:
            mark = Mark(resumed.offset, resumed.number)
            counts, start, bytes_kept = (
                resumed.counts,
                Start(resumed.file, mark, resumed.fingerprint),
                resumed.rejects_bytes,
            )
            note(f"going on from {self._checkpoint}, after {counts.rows:,} rows")

        async def put(payload: bytes) -> SaveResults:
            reply = await session.bus.ask_raw(session.tenant, "put", payload, seconds_max=PUT_SECONDS_MAX)
            return SaveResults.decode(reply.payload)

        with ExitStack() as opened:
            rejects = opened.enter_context(Rejects(self._rejects, bytes_kept=bytes_kept, tell=note))
            progress = opened.enter_context(progress_on(errors, self._plan.files, counts))
            belt = Belt(steps(self._plan, start), weigh=_weight, weight_max=BELT_BYTES_MAX)
            importer = Importer(
                put, belt, checkpoint, rejects, progress, batch_count_max=self._batch_count_max, counts=counts
            )
            return await importer.run()


def _weight(step: Step) -> int:
    return step.bytes_held


def _known(name: str) -> str:
    if name not in FORMAT_NAMES:
        raise typer.BadParameter(f"{name!r} is none of {', '.join(FORMAT_NAMES)}", param_hint="--format")
    return name


def _pairs(mapping: Sequence[str]) -> dict[str, str]:
    pairs = {}
    for each in mapping:
        column, equals, name = each.partition("=")
        if not (column and equals and name):
            raise typer.BadParameter(f"{each!r} is not COLUMN=FIELD", param_hint="--map")
        pairs[column] = name
    return pairs


def _check_files(files: Sequence[str]) -> None:
    """Before the first row is imported, not in the middle of the night."""
    for file in files:
        if file != STDIN and not Path(file).exists():
            raise NotFound(f"there is no file {file}")
        if Path(file).is_dir():
            raise Invalid(f"{file} is a folder")
    if files.count(STDIN) > 1:
        raise Invalid("standard input can be read only once")


def _sum_up(counts: Counts, seconds: float, *, as_json: bool) -> None:
    if as_json:
        print_json({"rows": counts.rows, **counts.model_dump(), "seconds": round(seconds, 3)})
        return
    said = [f"[bold]{counts.rows:,}[/] rows in {seconds:.1f} s: {counts.created:,} created"]
    said += [f"{getattr(counts, name):,} {name}" for name in ("updated", "unchanged") if getattr(counts, name)]
    if counts.rejected:
        said.append(f"[red]{counts.rejected:,} rejected[/]")
    console.print(", ".join(said), soft_wrap=True)
