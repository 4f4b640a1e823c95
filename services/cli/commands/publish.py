"""`postil publish`: a document, or many, through either of the write doors."""

import sys
from collections.abc import Sequence
from pathlib import Path
from secrets import token_hex
from typing import Annotated

import typer
from pydantic import JsonValue
from pydantic_core import from_json
from rich.text import Text

from services.cli.composing import JSON_SUFFIXES, compose
from services.cli.importing.rows import Fields
from services.cli.output import complain, console, print_json
from services.cli.patiently import patiently
from services.cli.session import DataOption, Exit, JsonOption, Session, TenantOption, reporting, run
from services.cli.words import size
from shared.bus.wire import MESSAGE_ID_HEADER
from shared.contracts.documents import Draft
from shared.contracts.message import subject_for
from shared.contracts.saving import PutDocuments, Saved
from shared.errors import Invalid, NotFound, TooLarge
from shared.harmless import harmless

NAME_BYTES = 10
PATIENCE_SECONDS = 10.0
PUT_SECONDS_MAX = 30.0
# Far more than the broker takes. Who has more to say uses `import`.
CONTENT_BYTES_MAX = 64 * 1024**2
STDIN = "-"


Collection = Annotated[
    str, typer.Argument(metavar="COLLECTION", help="The collection it belongs to.", show_default=False)
]
TextArgument = Annotated[
    str | None, typer.Argument(metavar="TEXT", help="The document; - is standard input.", show_default=False)
]
RawOption = Annotated[bool, typer.Option("--raw", help="Take it for plain text, even if it begins as JSON does.")]
IdOption = Annotated[str | None, typer.Option("--id", help="Its id; an existing document gets a new version.")]
AttachOption = Annotated[str | None, typer.Option("--attach", metavar="JSON", help="Its data: any JSON value.")]
TtlOption = Annotated[int | None, typer.Option(min=1, metavar="SECONDS", help="Delete it after this time.")]
KeyOption = Annotated[str | None, typer.Option(help="An idempotency key: the same one again adds nothing.")]
WaitOption = Annotated[bool, typer.Option("--wait", help="Wait until the database has it, and say what it did.")]


def add_to(app: typer.Typer) -> None:
    app.command()(publish)


def publish(
    collection: Collection,
    text: TextArgument = None,
    file: Annotated[Path | None, typer.Option(help="Publish what is in this file.")] = None,
    raw: RawOption = False,
    title: Annotated[str | None, typer.Option(help="Its title.")] = None,
    kind: Annotated[str | None, typer.Option(help="What kind of document it is.")] = None,
    author: Annotated[str | None, typer.Option(help="Who wrote it.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A tag; may be given again.")] = None,
    id: IdOption = None,
    attach: AttachOption = None,
    ttl: TtlOption = None,
    key: KeyOption = None,
    wait: WaitOption = False,
    data: DataOption = None,
    tenant: TenantOption = None,
    json: JsonOption = False,
) -> None:
    """Publish a document: a text, a JSON object, an array of them, or NDJSON.

    Without --wait it goes through the stream: when the command returns,
    it is on the broker's disk. What is refused after that becomes a dead
    letter. With --wait the database has it when the command returns.

    Example: postil publish notes "Call Ada back" --tag todo
    """
    tags: list[JsonValue] = [*(tag or ())]
    said: Fields = {"title": title, "kind": kind, "author": author, "tags": tags, "id": id}
    said |= {"ttl_seconds": ttl, "idempotency_key": key}
    said = {name: value for name, value in said.items() if value}
    with reporting():
        if attach is not None:
            said["data"] = _json(attach)
        content, is_json = _content(text, file)
        drafts = [_named(each) for each in compose(content, collection, said, is_json=False if raw else is_json)]
    if wait:
        _tell_saved(run(lambda session: _put(session, drafts), data=data, tenant=tenant), as_json=json)
    else:
        seq = run(lambda session: _append(session, collection, drafts), data=data, tenant=tenant)
        _tell_appended(collection, seq, drafts, as_json=json)


def _json(written: str) -> JsonValue:
    try:
        value: JsonValue = from_json(written, allow_inf_nan=False)
    except ValueError as error:
        raise Invalid(f"--attach: not valid JSON: {error}") from error
    return value


def _content(text: str | None, file: Path | None) -> tuple[bytes, bool | None]:
    """What is to be published, and whether its name says that it is JSON."""
    if (text is None) == (file is None):
        raise typer.BadParameter("say what to publish: a TEXT, or --file FILE, or - for standard input")
    if file is not None:
        try:
            with file.open("rb") as opened:
                return _bounded(opened.read(CONTENT_BYTES_MAX + 1)), True if file.suffix in JSON_SUFFIXES else None
        except FileNotFoundError as error:
            raise NotFound(f"there is no file {file}") from error
        except OSError as error:
            raise Invalid(f"{file} can't be read: {error.strerror}") from error
    if text == STDIN:
        return _bounded(sys.stdin.buffer.read(CONTENT_BYTES_MAX + 1)), None
    return str(text).encode("utf-8", "surrogateescape"), None


def _bounded(content: bytes) -> bytes:
    if len(content) > CONTENT_BYTES_MAX:
        raise TooLarge(
            f"more than {size(CONTENT_BYTES_MAX)} are too much for one message; `postil import` takes any size"
        )
    return content


def _named(draft: Draft) -> Draft:
    """With an id, so that it can be told; and so that trying again is harmless."""
    return draft if draft.id or draft.idempotency_key else draft.model_copy(update={"id": token_hex(NAME_BYTES)})


async def _append(session: Session, collection: str, drafts: Sequence[Draft]) -> int:
    subject = subject_for(session.tenant, f"docs.{collection}")
    payload = drafts[0].encode() if len(drafts) == 1 else PutDocuments(documents=tuple(drafts)).encode()
    headers = {MESSAGE_ID_HEADER: token_hex(NAME_BYTES), "Content-Type": "application/json"}
    return await patiently(lambda: session.bus.wire.append(subject, payload, headers), seconds_max=PATIENCE_SECONDS)


async def _put(session: Session, drafts: Sequence[Draft]) -> Sequence[Saved]:
    query = PutDocuments(documents=tuple(drafts))
    reply = await patiently(
        lambda: session.bus.ask(session.tenant, query, seconds_max=PUT_SECONDS_MAX), seconds_max=PATIENCE_SECONDS
    )
    return reply.results


def _tell_appended(collection: str, seq: int, drafts: Sequence[Draft], *, as_json: bool) -> None:
    ids = [draft.id for draft in drafts]
    if as_json:
        print_json({"stream": "DOCS", "stream_seq": seq, "collection": collection, "ids": ids})
        return
    for draft in drafts:
        # Where the id comes from the key, only the database tells it.
        name = draft.id or f"(key {draft.idempotency_key})"
        console.print(
            Text.assemble(("on disk", "green"), f"  DOCS {seq}  ", harmless(f"{collection}/{name}")), soft_wrap=True
        )


def _tell_saved(results: Sequence[Saved], *, as_json: bool) -> None:
    refused = 0
    for each in results:
        refused += each.error is not None
        if as_json:
            print_json(each)
        elif each.error is not None:
            complain(each.error.detail)
        else:
            where = f"  {harmless(each.id or '')}  v{each.version}  seq {each.seq}"
            console.print(Text.assemble((str(each.outcome), "green"), where), soft_wrap=True)
    if refused:
        raise typer.Exit(Exit.REFUSED if refused == len(results) else Exit.INCOMPLETE)
