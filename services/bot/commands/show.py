"""`show`: one document, and what was noted about it."""

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from services.bot.command import Answer, Call, Command
from services.bot.documents import TITLE_CHARACTERS, author_of, document_to_tell, holds_secrets, when
from services.bot.wording import listed, moment, short
from shared.contracts.documents import Document, DocumentId

TEXT_CHARACTERS = 350
SUMMARY_CHARACTERS = 300
WORD_CHARACTERS = 60
WORDS_SHOWN_MAX = 6


async def _show(call: Call, id: DocumentId) -> Answer:
    document = await document_to_tell(call, id)
    lines = [_head(document)]
    if document.text:
        lines.append(short(document.text, TEXT_CHARACTERS))
    lines += _noted(document)
    return Answer(lines, private=holds_secrets(document))


def _head(document: Document) -> str:
    parts = [
        short(document.id, TITLE_CHARACTERS),
        short(document.title or "", TITLE_CHARACTERS),
        f"by {author_of(document)}" if document.author else "",
        moment(when(document)),
        f"in {short(document.collection, TITLE_CHARACTERS)}",
        f"tags {_few(document.tags)}" if document.tags else "",
    ]
    return " · ".join(part for part in parts if part)


def _noted(document: Document) -> Iterator[str]:
    values = {
        note.step: note.value
        for note in document.annotations
        if note.version == document.version and note.status in ("ok", "degraded")
    }
    keywords = _words(values, "keywords", "keywords", "word")
    entities = _words(values, "entities", "entities", "text")
    parts = [
        f"language {short(language, WORD_CHARACTERS)}" if (language := _text(values, "language", "language")) else "",
        f"about {_few(keywords)}" if keywords else "",
        f"mentions {_few(entities)}" if entities else "",
    ]
    if any(parts):
        yield " · ".join(part for part in parts if part)
    if summary := _text(values, "summary", "summary"):
        yield f"summary: {short(summary, SUMMARY_CHARACTERS)}"


def _text(values: Mapping[str, JsonValue], step: str, member: str) -> str:
    """Anybody may write notes, so one may be anything."""
    value = values.get(step)
    found = value.get(member) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def _words(values: Mapping[str, JsonValue], step: str, members: str, member: str) -> list[str]:
    value = values.get(step)
    found = value.get(members) if isinstance(value, dict) else None
    words = [
        each.get(member) if isinstance(each, dict) else None for each in (found if isinstance(found, list) else ())
    ]
    return list(dict.fromkeys(word for word in words if isinstance(word, str)))


def _few(words: list[str] | tuple[str, ...]) -> str:
    return listed([short(word, WORD_CHARACTERS) for word in words], WORDS_SHOWN_MAX)


commands = (Command("show", "one document, and what was noted about it", _show, examples=("show T-17",)),)
