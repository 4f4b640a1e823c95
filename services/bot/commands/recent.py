"""`recent`: what was said here last."""

from collections.abc import Sequence
from datetime import UTC
from typing import Annotated

from pydantic import Field

from services.bot.command import Call, Command
from services.bot.documents import as_said, when
from shared.contracts.documents import Document, RecentDocuments

# As many as fit on a page.
COUNT = 4
COUNT_MAX = 50


async def _recent(call: Call, count: Annotated[int, Field(ge=1, le=COUNT_MAX)] = COUNT) -> Sequence[str]:
    # One more, because the line of the command itself may be there already.
    newest = (await call.ask(RecentDocuments(collection=call.place.collection, limit=count + 1))).items
    question = next((document for document in newest if _is_the_question(call, document)), None)
    shown = [document for document in newest if document is not question][:count]
    if not shown:
        return ["Nothing was said here before."]
    return [_line(call, document) for document in reversed(shown)]


def _is_the_question(call: Call, document: Document) -> bool:
    if call.line_id is not None:
        return document.id == call.line_id
    words = (document.text or "").lstrip().removeprefix(call.desk.prefix).split()
    return document.author == call.who.name and words == f"{call.command.word} {call.words}".split()


def _line(call: Call, document: Document) -> str:
    at = when(document).astimezone(UTC)
    day = "" if at.date() == call.at.astimezone(UTC).date() else f"{at:%Y-%m-%d} "
    return f"{day}{at:%H:%M} {as_said(document)}"


commands = (Command("recent", "what was said here last, the oldest first", _recent, examples=("recent", "recent 20")),)
