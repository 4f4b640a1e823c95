"""Documents and changes as a person sees them."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

import orjson
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from services.cli.output import console
from shared.contracts.annotations import Note
from shared.contracts.changes import Change
from shared.contracts.documents import Document
from shared.harmless import harmless, one_line

EXCERPT_CHARACTERS = 120
ID_CHARACTERS = 40
VALUE_CHARACTERS = 240
# The beginning of a vector or the like, and the rest, which is nothing to read.
_ENCODED = re.compile(r'("[A-Za-z0-9+/=_-]{24})[A-Za-z0-9+/=_-]{36,}(?=")')
STYLE_OF_OP = {"put": "green", "annotate": "blue", "delete": "red", "expire": "yellow"}
STYLE_OF_STATUS = {"ok": "green", "degraded": "yellow", "failed": "red", "skipped": "dim"}


def table(*headings: str, right: Sequence[str] = (), with_header: bool = True) -> Table:
    """Where the window is too narrow, the last column is cut, and none of the others."""
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0), show_header=with_header)
    made.expand = console.is_terminal
    for heading in headings:
        ratio = 1 if made.expand and heading == headings[-1] else None
        side: Literal["left", "right"] = "right" if heading in right else "left"
        made.add_column(heading, justify=side, ratio=ratio, no_wrap=True, overflow="ellipsis")
    return made


def local(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def excerpt(document: Document) -> str:
    """What tells one document from another at a glance."""
    if document.title or document.text:
        return one_line(document.title or document.text or "", EXCERPT_CHARACTERS)
    return one_line(orjson.dumps(document.data).decode(), EXCERPT_CHARACTERS)


def documents_table(documents: Sequence[Document], *, with_header: bool = True) -> Table:
    made = table("id", "collection", "v", "seq", "updated", "about", right=("v", "seq"), with_header=with_header)
    for each in documents:
        made.add_row(
            Text(harmless(each.id)),
            Text(harmless(each.collection), style="cyan"),
            str(each.version),
            str(each.seq),
            Text(local(each.updated_at), style="dim"),
            Text(excerpt(each)),
        )
    return made


def document_picture(document: Document, *, framed: bool) -> RenderableType:
    parts: list[RenderableType] = [_facts(document)]
    if document.text:
        parts += [Text(), Text(harmless(document.text))]
    if document.data is not None:
        data = orjson.dumps(document.data, option=orjson.OPT_INDENT_2).decode()
        parts += [Text(), Text("data", style="bold"), Text(harmless(data))]
    if document.annotations:
        parts += [Text(), Text("annotations", style="bold"), _notes(document.annotations)]
    title = Text(harmless(document.title or ""), style="bold")
    if not framed:
        return Group(title, *parts) if document.title else Group(*parts)
    return Panel(Group(*parts), title=title or None, title_align="left", border_style="dim", padding=(0, 1))


def _facts(document: Document) -> Table:
    facts = Table.grid(padding=(0, 2, 0, 0))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    for name, fact in _said(document):
        facts.add_row(name, Text(harmless(fact)))
    return facts


def _said(document: Document) -> Iterator[tuple[str, str]]:
    yield "id", document.id
    yield "collection", document.collection
    for name in ("kind", "author", "source"):
        if fact := getattr(document, name):
            yield name, fact
    if document.occurred_at:
        yield "occurred", local(document.occurred_at)
    if document.tags:
        yield "tags", ", ".join(document.tags)
    if document.thread:
        yield "thread", document.thread
    if document.parents:
        yield "parents", ", ".join(document.parents)
    yield "version", f"{document.version}, seq {document.seq}"
    yield "created", local(document.created_at)
    if document.updated_at != document.created_at:
        yield "updated", local(document.updated_at)
    if document.expires_at:
        yield "expires", local(document.expires_at)


def _notes(notes: Sequence[Note]) -> Table:
    made = Table.grid(padding=(0, 2, 0, 0))
    for each in notes:
        made.add_row(
            Text(harmless(f"{each.step} {each.step_version}")),
            Text(each.status, style=STYLE_OF_STATUS[each.status]),
            Text("  ".join(_found(each)), overflow="fold"),
        )
    return made


def _found(note: Note) -> Iterator[str]:
    """Why it isn't more, and the value in one line; whoever wants all of it asks for JSON."""
    if note.reason:
        yield f"({one_line(note.reason, VALUE_CHARACTERS)})" if note.value is not None else harmless(note.reason)
    if note.value is not None:
        value = _ENCODED.sub(r"\1…", orjson.dumps(note.value).decode())
        yield one_line(value, VALUE_CHARACTERS)


def change_line(change: Change) -> Text:
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append(change.at.astimezone().strftime("%H:%M:%S"), style="dim")
    line.append(f"  {change.seq:>7}  ")
    line.append(f"{change.op:<8}", style=STYLE_OF_OP[change.op])
    line.append(f"  {harmless(change.collection)}/", style="cyan")
    line.append(f"{one_line(change.id, ID_CHARACTERS)} v{change.version}  ")
    if change.document is not None:
        line.append(excerpt(change.document))
    elif change.annotations is not None:
        steps = ", ".join(f"{note.step} {note.status}" for note in change.annotations)
        line.append(one_line(steps, EXCERPT_CHARACTERS), style="dim")
    return line
