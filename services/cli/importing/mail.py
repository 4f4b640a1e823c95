"""From the bytes of an e-mail to a document's fields, forgiving what senders get wrong."""

import re
from datetime import UTC
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from hashlib import blake2b
from html.parser import HTMLParser
from typing import cast

from pydantic import JsonValue

from services.cli.importing.rows import Fields

SHORT_CHARACTERS_MAX = 1_000
ID_CHARACTERS_MAX = 200

MESSAGE_IDS = re.compile(r"<([^<>]+)>")
CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


class BadMail(Exception):
    """Why it is no message."""


def document_of(content: bytes) -> Fields:
    try:
        return _document_of(message_from_bytes(content))
    except RecursionError as error:
        raise BadMail("its parts are nested too deeply") from error


def _document_of(message: Message) -> Fields:
    if not message.keys():
        raise BadMail("there are no mail headers")
    text = _text_of(message).replace("\r\n", "\n").replace("\0", "\N{REPLACEMENT CHARACTER}").strip("\n")
    title = _short(message, "Subject")
    if not text and not title:
        raise BadMail("the message has neither a subject nor a text")
    references = _ids(message, "References")
    replied_to = _ids(message, "In-Reply-To")[:1] or references[-1:]
    own = next(iter(_ids(message, "Message-ID")), None)
    recipients = {name.lower(): _addresses(message, name) for name in ("To", "Cc")}
    fields: dict[str, JsonValue] = {
        "id": own,
        "kind": "email",
        "title": title,
        "text": text,
        "author": _short(message, "From"),
        "occurred_at": _moment(message),
        "thread": next(iter([*references, *replied_to]), own),
        "parents": list[JsonValue](replied_to),
        "data": {name: found for name, found in recipients.items() if found},
    }
    return {name: value for name, value in fields.items() if value}


def _header(message: Message, name: str) -> str:
    """A header in one line of text, with whatever encoding its words claim to have undone."""
    raw = message.get(name, "")
    try:
        parts = decode_header(raw)
    except HeaderParseError:
        parts = [(str(raw), None)]
    words = [part if isinstance(part, str) else _decoded(part, charset) for part, charset in parts]
    return " ".join(CONTROL_CHARACTERS.sub(" ", "".join(words)).split())


def _short(message: Message, name: str) -> str:
    text = _header(message, name)
    return text if len(text) <= SHORT_CHARACTERS_MAX else text[: SHORT_CHARACTERS_MAX - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _addresses(message: Message, name: str) -> list[JsonValue]:
    return [address for _, address in getaddresses([_header(message, name)]) if address]


def _ids(message: Message, name: str) -> list[str]:
    header = _header(message, name)
    found = MESSAGE_IDS.findall(header) or ([header] if header and " " not in header else [])
    return [_fit(each.strip()) for each in found if each.strip()]


def _fit(message_id: str) -> str:
    if len(message_id) <= ID_CHARACTERS_MAX:
        return message_id
    return f"mail-{blake2b(message_id.encode(), digest_size=12).hexdigest()}"


def _moment(message: Message) -> str | None:
    try:
        moment = parsedate_to_datetime(_header(message, "Date"))
    except (ValueError, OverflowError):
        return None
    # No zone means that the sender did not want to tell it; the time is UTC.
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


def _text_of(message: Message) -> str:
    """All plain text that is not an attachment; where there is none, what the HTML says."""
    parts = [part for part in message.walk() if not part.is_multipart() and not _is_attachment(part)]
    plain = [_content(part) for part in parts if part.get_content_type() == "text/plain"]
    if any(text.strip() for text in plain):
        return "\n".join(plain)
    return "\n".join(_without_tags(_content(part)) for part in parts if part.get_content_type() == "text/html")


def _is_attachment(part: Message) -> bool:
    return str(part.get("Content-Disposition", "")).lstrip().lower().startswith("attachment")


def _content(part: Message) -> str:
    # It is bytes in every part that has no parts of its own.
    return _decoded(cast(bytes, part.get_payload(decode=True)), part.get_content_charset())


def _decoded(content: bytes, charset: str | None) -> str:
    """By the charset it claims, else by the one it has, else as good as it gets."""
    for candidate in (charset or "utf-8", "utf-8", "cp1252"):
        try:
            # There are charsets that decode to half a character.
            return content.decode(candidate).encode("utf-8", "replace").decode()
        except (LookupError, ValueError):
            continue
    return content.decode("utf-8", "replace")


class _Words(HTMLParser):
    SILENT = frozenset({"script", "style", "head"})
    BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "blockquote"})

    def __init__(self) -> None:
        super().__init__()
        self._silent = 0
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._silent += tag in self.SILENT
        if tag in self.BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in self.SILENT and self._silent > 0
        if tag in self.BREAKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)


def _without_tags(html: str) -> str:
    parser = _Words()
    try:
        parser.feed(html)
        parser.close()
    except AssertionError:
        # The standard library's way to say that a declaration is broken. What came before it is kept.
        parser.words.append("\n")
    lines = (" ".join(line.split()) for line in "".join(parser.words).split("\n"))
    return "\n".join(line for line in lines if line)
