"""Lines of IRC: from the bytes that arrive to what they say, and from what is to be said to text.

Here alone is irctokens used. What it can't bear, or bears at a great cost, is kept from it: lines without words, and
tags that nobody asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from irctokens.hostmask import hostmask
from irctokens.line import build, tokenise

# What the protocol allows: tags, and then the line itself.
LINE_BYTES_MAX = 8191 + 512
TAG_BYTES_MAX = 600
TAGS_MAX = 16
BOT_TAGS = ("bot", "draft/bot", "inspircd.org/bot")
_WANTED_TAGS = frozenset(tag.encode() for tag in ("time", "account", "msgid", *BOT_TAGS))
_LINE_ENDS = str.maketrans(dict.fromkeys("\r\n\0", " "))


@dataclass(frozen=True, slots=True)
class Line:
    """What somebody said. A person's `mask` is `nick!user@host`; a server has no nick."""

    command: str
    params: tuple[str, ...] = ()
    nick: str = ""
    mask: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)

    def param(self, index: int) -> str:
        """Empty where there is none."""
        return self.params[index] if -len(self.params) <= index < len(self.params) else ""


def read_line(raw: bytes) -> Line | None:
    """None for what is no line at all."""
    try:
        token = tokenise(_with_wanted_tags(raw))
    except (IndexError, ValueError):
        return None
    source = token.source or ""
    who = hostmask(source)
    # A server's name has a dot in it, and nobody's nick has.
    is_person = "!" in source or "." not in source
    return Line(
        command=token.command,
        params=tuple(token.params),
        nick=who.nickname if is_person else "",
        mask=source if is_person else "",
        tags=token.tags or {},
    )


def write_line(command: str, *params: str) -> str:
    """Only the last one may have spaces; no one ends the line."""
    return build(command, [each.translate(_LINE_ENDS) for each in params]).format()


class LineBuffer:
    """What has arrived of a line that is not over yet. One that is too long is left out, to its end."""

    def __init__(self, bytes_max: int = LINE_BYTES_MAX) -> None:
        self._bytes_max = bytes_max
        self._begun = b""
        self._is_too_long = False
        self.left_out = 0

    def feed(self, data: bytes) -> list[bytes]:
        lines: list[bytes] = []
        *ends, rest = data.split(b"\n")
        for end in ends:
            self._add(end)
            if self._is_too_long:
                self.left_out += 1
            else:
                lines.append(self._begun.rstrip(b"\r"))
            self._begun, self._is_too_long = b"", False
        self._add(rest)
        return lines

    def _add(self, part: bytes) -> None:
        if self._is_too_long or len(self._begun) + len(part) > self._bytes_max:
            self._begun, self._is_too_long = b"", True
        else:
            self._begun += part


def _with_wanted_tags(raw: bytes) -> bytes:
    if not raw.startswith(b"@"):
        return raw
    tags, _, line = raw[1:].partition(b" ")
    wanted = [tag for tag in tags.split(b";") if len(tag) <= TAG_BYTES_MAX and tag.partition(b"=")[0] in _WANTED_TAGS]
    return b"@" + b";".join(wanted[:TAGS_MAX]) + b" " + line if wanted else line
