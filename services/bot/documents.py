"""A document as it is told in a chat: who, when and what, each as a part of one short line.

Whether it may be told at all is the business of the call; see `Call.may_read`.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from services.bot.command import Call
from services.bot.wording import ELLIPSIS, listed, moment, short
from shared.contracts.chat import ACTION, JOINED, LEFT, TOPIC, network_and_channel
from shared.contracts.documents import Document, GetDocument
from shared.contracts.search import Found, Hit
from shared.errors import Invalid, NotFound

NAME_CHARACTERS = 40
TITLE_CHARACTERS = 80
TEXT_CHARACTERS = 200
SNIPPET_CHARACTERS = 140
AROUND_CHARACTERS = 40
REASON_CHARACTERS = 120
# What people write into a chat themselves.
_OPEN_KINDS = ("email", "phone")
# In a query a name stands as it is, with nothing inside it that could be left out.
_KEPT_APART = re.compile(r"postil\.|chat\.[^.]*\.@")


async def document_to_tell(call: Call, id: str) -> Document:
    """Raises `NotFound`, also for one that may not be read here: nobody learns that it is there."""
    missing = NotFound(f"There is no document {short(id, TITLE_CHARACTERS)}.")
    try:
        document = await call.ask(GetDocument(id=id))
    except NotFound as error:
        raise missing from error
    if not call.may_read(document.collection):
        raise missing
    return document


def when(document: Document) -> datetime:
    return document.occurred_at or document.created_at


def author_of(document: Document) -> str:
    return short(document.author or "", NAME_CHARACTERS) or "somebody"


def as_said(document: Document, characters_max: int = TEXT_CHARACTERS) -> str:
    """As a chat shows its lines."""
    author = author_of(document)
    text = short(document.text or document.title or "", characters_max)
    match document.kind:
        case str() as kind if kind == ACTION:
            return f"* {author} {text}"
        case str() as kind if kind == JOINED:
            return f"{author} joined"
        case str() as kind if kind == LEFT:
            return f"{author} left" + (f": {text}" if text else "")
        case str() as kind if kind == TOPIC:
            return f"{author} changed the topic: {text}"
    return f"<{author}> {text}"


def is_a_command(document: Document, prefix: str) -> bool:
    """A line that somebody has told the bot."""
    text = (document.text or "").lstrip()
    is_chat = network_and_channel(document.collection) is not None
    return is_chat and text.startswith(prefix) and text[len(prefix) : len(prefix) + 1].isalnum()


def holds_secrets(document: Document) -> bool:
    """Whether the analysis has found something in it that is not for everybody's eyes."""
    for note in document.annotations:
        match note.value:
            case {"secrets": list(secrets)} if note.step == "secrets":
                kinds = (each.get("kind") if isinstance(each, dict) else None for each in secrets)
                if any(kind not in _OPEN_KINDS for kind in kinds):
                    return True
    return False


def hits_to_tell(call: Call, found: Found) -> Sequence[Hit]:
    """Those that may be read here, without the lines that were themselves questions."""
    return [
        hit
        for hit in found.hits
        if call.may_read(hit.document.collection) and not is_a_command(hit.document, call.desk.prefix)
    ]


def refuse_what_is_kept_apart(query: str) -> None:
    """Leaving the hits out would not do: how many there are, and which words find them, is told by the rest."""
    if "collection:" in query.lower() and _KEPT_APART.search(query):
        raise Invalid("What is said in private, and what Postil keeps for itself, can't be searched.")


def misread(error: Invalid) -> Invalid:
    """The search tells where it has not understood a query, in words for whoever is just writing one."""
    return Invalid(f"I can't read that query: {error.detail.removeprefix('query: ')}")


def line_of(hit: Hit) -> str:
    document = hit.document
    return " · ".join((short(hit.id, TEXT_CHARACTERS), author_of(document), moment(when(document)), _snippet(hit)))


def _snippet(hit: Hit) -> str:
    """Around the first word that was looked for."""
    document = hit.document
    if holds_secrets(document):
        return "there is something secret in it; show tells it to you alone"
    title, text = short(document.title or "", TITLE_CHARACTERS), document.text or ""
    first = min((start for each in hit.highlights if each.field == "text" for start, _ in each.spans), default=0)
    start = max(0, first - AROUND_CHARACTERS)
    if start:
        # Not in the middle of a word, if there is a space.
        start = text.find(" ", start, first) + 1 or start
    around = short(text[start:], SNIPPET_CHARACTERS)
    return ": ".join(part for part in (title, ELLIPSIS * bool(start) + around) if part) or "without words"


def shortcomings(found: Found) -> str:
    """Why there may be less than there could be."""
    if not found.degraded:
        return ""
    reasons = (
        "by words alone, because meanings can't be compared just now" if _is_words_only(reason) else reason
        for reason in found.degraded
    )
    return f" ({listed([short(reason, REASON_CHARACTERS) for reason in dict.fromkeys(reasons)])})"


def _is_words_only(reason: str) -> bool:
    return reason.endswith((": searched the text only", ": compared the words only"))
