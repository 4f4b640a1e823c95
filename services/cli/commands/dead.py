"""`postil dead`: what could not be processed; look at it, send it again, or drop it."""

import sys
from collections.abc import AsyncIterator, Sequence
from typing import Annotated

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from services.cli.confirming import confirm
from services.cli.output import complain, console, note, print_json
from services.cli.output import show as show_picture
from services.cli.pictures import local, table
from services.cli.session import DataOption, Exit, JsonOption, Session, TenantOption, exit_code_of, run
from services.cli.words import size
from shared.dead import Buried, DeadLetters
from shared.errors import PostilError
from shared.harmless import harmless, one_line

LIST_COUNT = 50
REASON_CHARACTERS = 200
PAYLOAD_CHARACTERS = 10_000

dead = typer.Typer(help="Dead letters: what could not be processed, whole, with the reason.", no_args_is_help=True)

Seqs = Annotated[list[int] | None, typer.Argument(metavar="SEQ", help="Their numbers.", show_default=False)]
AllOption = Annotated[bool, typer.Option("--all", help="All that are there now.")]
ReasonOption = Annotated[
    str, typer.Option(metavar="TEXT", help="With --all: only those whose reason has this in it.", show_default=False)
]


def add_to(app: typer.Typer) -> None:
    app.add_typer(dead, name="dead")


@dead.command("list")
def list_letters(
    limit: Annotated[int, typer.Option(min=1, help="How many at the most.")] = LIST_COUNT,
    after: Annotated[int, typer.Option(min=0, metavar="SEQ", help="Only behind this one.")] = 0,
    data: DataOption = None,
    tenant: TenantOption = None,
    json: JsonOption = False,
) -> None:
    """List dead letters, oldest first.

    Example: postil dead list --json | jq -r .problem.detail | sort | uniq -c
    """

    async def work(session: Session) -> Sequence[Buried]:
        # One more than is shown tells whether there are more.
        return await DeadLetters(session.bus.wire).page(session.tenant, after_seq=after, count_max=limit + 1)

    found = run(work, data=data, tenant=tenant)
    letters = found[:limit]
    if json:
        for buried in letters:
            print_json(_as_json(buried))
    elif letters:
        show_picture(_letters_table(letters))
    else:
        note("there are none")
    if len(found) > limit:
        note(f"there are more; go on with --after {letters[-1].seq}")


@dead.command()
def show(
    seq: Annotated[int, typer.Argument(metavar="SEQ", help="Its number.", show_default=False)],
    raw: Annotated[bool, typer.Option("--raw", help="Only what was sent, byte for byte.")] = False,
    data: DataOption = None,
    tenant: TenantOption = None,
    json: JsonOption = False,
) -> None:
    """Show one dead letter as a whole, with what was sent.

    Example: postil dead show 7 --raw > mend-me.json
    """
    buried = run(lambda session: DeadLetters(session.bus.wire).get(session.tenant, seq), data=data, tenant=tenant)
    if raw:
        sys.stdout.buffer.write(buried.letter.original)
        sys.stdout.buffer.flush()
    elif json:
        print_json(_as_json(buried))
    else:
        show_picture(_letter_picture(buried))


@dead.command()
def replay(
    seqs: Seqs = None,
    everything: AllOption = False,
    reason_contains: ReasonOption = "",
    data: DataOption = None,
    tenant: TenantOption = None,
    json: JsonOption = False,
) -> None:
    """Send dead letters again, now that the cause is mended. What fails again becomes a new letter.

    Example: postil dead replay --all --reason-contains "database"
    """
    _check_choice(seqs, everything, reason_contains)

    async def work(session: Session) -> Exit:
        letters = DeadLetters(session.bus.wire)
        chosen = _Chosen(letters, session.tenant, seqs, reason_contains)
        async for buried in chosen:
            try:
                stream_seq = await letters.replay(session.tenant, buried)
            except PostilError as error:
                chosen.failed(error)
            else:
                _tell("sent again", buried.seq, {"stream_seq": stream_seq}, f"{buried.letter.subject}", as_json=json)
        return chosen.worst

    _end(run(work, data=data, tenant=tenant))


@dead.command()
def drop(
    seqs: Seqs = None,
    everything: AllOption = False,
    reason_contains: ReasonOption = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
    data: DataOption = None,
    tenant: TenantOption = None,
    json: JsonOption = False,
) -> None:
    """Drop dead letters. They are gone for good.

    Example: postil dead drop 7 8 --yes
    """
    _check_choice(seqs, everything, reason_contains)
    whose = (
        f"{len(seqs)} of them" if seqs else f"all with {reason_contains!r} in the reason" if reason_contains else "all"
    )
    confirm(f"Drop dead letters for good: {harmless(whose)}?", yes=yes)

    async def work(session: Session) -> Exit:
        letters = DeadLetters(session.bus.wire)
        chosen = _Chosen(letters, session.tenant, seqs, reason_contains)
        async for buried in chosen:
            await letters.drop(session.tenant, buried.seq)
            _tell("dropped", buried.seq, {}, one_line(buried.letter.problem.detail, REASON_CHARACTERS), as_json=json)
        return chosen.worst

    _end(run(work, data=data, tenant=tenant))


class _Chosen:
    """The letters that were meant, by their numbers or by their reason; what can't be had is complained about."""

    def __init__(self, letters: DeadLetters, tenant: str, seqs: Sequence[int] | None, reason_contains: str) -> None:
        self._letters = letters
        self._tenant = tenant
        self._seqs = seqs
        self._reason_contains = reason_contains
        self.worst = Exit.OK

    def failed(self, error: PostilError) -> None:
        complain(error.detail)
        self.worst = exit_code_of(error)

    async def __aiter__(self) -> AsyncIterator[Buried]:
        if not self._seqs:
            async for buried in self._letters.all(self._tenant, reason_contains=self._reason_contains):
                yield buried
            return
        for seq in self._seqs:
            try:
                buried = await self._letters.get(self._tenant, seq)
            except PostilError as error:
                self.failed(error)
            else:
                yield buried


def _check_choice(seqs: Sequence[int] | None, everything: bool, reason_contains: str) -> None:
    if bool(seqs) == everything:
        raise typer.BadParameter("name letters by their numbers, or say --all")
    if reason_contains and not everything:
        raise typer.BadParameter("it goes with --all", param_hint="--reason-contains")


def _end(worst: Exit) -> None:
    if worst:
        raise typer.Exit(worst)


def _tell(done: str, seq: int, more: dict[str, object], about: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"seq": seq, "done": done, **more})
    else:
        console.print(Text.assemble((done, "green"), f"  {seq}  ", harmless(about)), soft_wrap=True)


def _as_json(buried: Buried) -> dict[str, object]:
    return {"seq": buried.seq, **buried.letter.model_dump(mode="json"), "size_bytes": buried.size_bytes}


def _letters_table(letters: Sequence[Buried]) -> Table:
    made = table("seq", "when", "subject", "tries", "size", "reason", right=("seq", "tries", "size"))
    for buried in letters:
        letter = buried.letter
        made.add_row(
            str(buried.seq),
            Text(local(letter.at), style="dim"),
            Text(harmless(letter.subject), style="cyan"),
            str(letter.attempts),
            size(buried.size_bytes),
            Text(one_line(letter.problem.detail, REASON_CHARACTERS)),
        )
    return made


def _letter_picture(buried: Buried) -> Group:
    letter = buried.letter
    facts = Table.grid(padding=(0, 2, 0, 0))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    said = {
        "letter": str(buried.seq),
        "reason": letter.problem.detail,
        "kind": letter.problem.title,
        "subject": letter.subject + ("" if letter.index is None else f", element {letter.index}"),
        "when": local(letter.at),
        "tries": str(letter.attempts),
        "cut": f"this is the beginning of {size(letter.cut_from_bytes)}" if letter.cut_from_bytes else "",
        "headers": "\n".join(f"{name}: {value}" for name, value in letter.headers.items()),
    }
    for name, fact in said.items():
        if fact:
            facts.add_row(name, Text(harmless(fact)))
    return Group(facts, Text(), Text("what was sent", style="bold"), Text(_payload(buried)))


def _payload(buried: Buried) -> str:
    letter = buried.letter
    if letter.encoding == "base64":
        # Bytes that are no text, as a programmer would write them.
        shown = repr(letter.original[:PAYLOAD_CHARACTERS])[2:-1]
    else:
        shown = harmless(letter.payload[:PAYLOAD_CHARACTERS])
    rest = len(letter.payload) - PAYLOAD_CHARACTERS
    return shown + (f"\n({rest:,} characters more; --raw shows all)" if rest > 0 else "")
