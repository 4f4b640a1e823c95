"""Words for a chat: a stranger's text as one harmless line, a long line in pieces, a time as people say it.

Whatever the bot says goes through `clean` on its way out, so a command only has to care how its line reads.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from shared.harmless import harmless, is_mark, without_hidden

# A line is looked at so far: more than anybody is ever told. What comes behind is left out.
CHARACTERS_MAX = 50_000
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
# Before a line that another bot, or somebody's client, would take for a command.
LEAD = "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK} "
_LEAD_BYTES = len(LEAD.encode())
_COMMAND_CHARACTERS = tuple("!./\\~$%&+-?@;,:=*^|>`")
# In there it separates nothing for a reader, and everything for a network that looks for the word.
_WORD_JOINER = "\N{WORD JOINER}"
_MENTIONS = re.compile(
    "([@\N{FULLWIDTH COMMERCIAL AT}\N{SMALL COMMERCIAL AT}])"
    "(?=[\ufe00-\ufe0f]?(?:everyone|here|channel|all|room|group))|(<[!@])(?=[a-z&])",
    re.IGNORECASE,
)
_JOINERS = "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"
_VIRAMA_CLASS = 9
_UNITS = (("year", 365 * 86_400), ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def clean(text: str, bytes_max: int | None = None, prefix: str = "!") -> str:
    """One line that mentions nobody but who is named in it, and that nobody takes for a command."""
    line = _flat(text if bytes_max is None else text[: 4 * bytes_max + 1])
    line = _MENTIONS.sub(_broken, line)
    if _looks_like_a_command(line, prefix):
        line = LEAD + line
    if bytes_max is None or len(line.encode()) <= bytes_max:
        return line
    fitting = _fitting(line, bytes_max - len(ELLIPSIS.encode()))
    return line[: _untorn(line, 0, fitting)].rstrip() + ELLIPSIS


def cut(text: str, bytes_max: int, prefix: str = "!") -> list[str]:
    """A clean line as pieces of so many bytes of UTF-8, between words where that is possible.

    A piece may begin with what was inside the line, so each is guarded against being a command.
    """
    pieces: list[str] = []
    start = 0
    while start < len(text):
        if text[start] == " ":
            start += 1
            continue
        lead = LEAD if pieces and _looks_like_a_command(text[start : start + len(prefix)], prefix) else ""
        # However little room there is, one character goes on each piece.
        end = _end_of_piece(text, start, max(1, bytes_max - (_LEAD_BYTES if lead else 0)))
        pieces.append(lead + text[start:end].rstrip(" "))
        start = end
    return pieces


def short(text: str, characters_max: int) -> str:
    """A stranger's text as a part of a line."""
    line = _flat(text[: 4 * characters_max + 1])
    if len(line) <= characters_max:
        return line
    return line[: _untorn(line, 0, characters_max - 1)].rstrip() + ELLIPSIS


def moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def ago(span: timedelta) -> str:
    return "just now" if span < timedelta(seconds=1) else f"{span_in_words(span, parts_max=1)} ago"


def span_in_words(span: timedelta, parts_max: int = 2) -> str:
    """As in "1 hour 30 minutes"."""
    seconds = max(0, round(span.total_seconds()))
    parts: list[str] = []
    for unit, size in _UNITS:
        count, rest = divmod(seconds, size)
        if count:
            parts.append(counted(count, unit))
            seconds = rest
        # "1 year 5 seconds" says more than anybody wants to know.
        if parts and (not count or len(parts) == parts_max):
            break
    return " ".join(parts) or "0 seconds"


def the_last(span: timedelta) -> str:
    """As in "the last day" or "the last 2 hours"."""
    words = span_in_words(span)
    return f"the last {words.removeprefix('1 ') if words.count(' ') == 1 else words}"


def counted(count: int, one: str) -> str:
    return f"{count:,} {one if count == 1 else one + 's'}"


def listed(items: Sequence[str], count_max: int = 20) -> str:
    """As in "a, b and c"."""
    shown = list(items[:count_max])
    if len(items) > count_max:
        shown.append(f"{len(items) - count_max:,} more")
    return " and ".join([*([", ".join(shown[:-1])] if len(shown) > 1 else []), *shown[-1:]])


def _flat(text: str) -> str:
    if len(text) > CHARACTERS_MAX:
        text = text[:CHARACTERS_MAX] + ELLIPSIS
    # Hidden things first: what stood on both sides of one may be a space, or a mention.
    return harmless(" ".join(without_hidden(text).split()))


def _looks_like_a_command(line: str, prefix: str) -> bool:
    return line.startswith(_COMMAND_CHARACTERS) or line[: len(prefix)].casefold() == prefix.casefold()


def _broken(found: re.Match[str]) -> str:
    return found[0] + _WORD_JOINER


def _end_of_piece(text: str, start: int, bytes_max: int) -> int:
    # No character has less than one byte; one more tells whether a word ends right there.
    window = text[start : start + bytes_max + 1]
    fitting = _fitting(window, bytes_max)
    if fitting >= len(window):
        return start + fitting
    space = window.rfind(" ", 1, fitting + 1)
    return start + space if space > 0 else _untorn(text, start, start + max(fitting, 1))


def _fitting(text: str, bytes_max: int) -> int:
    return len(text.encode(errors="replace")[:bytes_max].decode(errors="ignore"))


def _untorn(text: str, start: int, end: int) -> int:
    """Go back to where no character is taken apart, unless that is nowhere."""
    back = end
    while back > start and _is_inside(text, start, back):
        back -= 1
    return back if back > start else end


def _is_inside(text: str, start: int, at: int) -> bool:
    """Whether what a reader sees as one character stands on both sides."""
    before, after = text[at - 1], text[at]
    if before.isascii() and after.isascii():
        return False
    if is_mark(after) or after in _JOINERS or before == _JOINERS[0] or "\U0001f3fb" <= after <= "\U0001f3ff":
        return True
    if unicodedata.combining(before) == _VIRAMA_CLASS or "\u1160" <= after <= "\u11ff":
        return True
    return _is_flag_half(after) and _flag_halves_before(text, start, at) % 2 == 1


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flag_halves_before(text: str, start: int, at: int) -> int:
    count = 0
    while at - count > start and _is_flag_half(text[at - count - 1]):
        count += 1
    return count
