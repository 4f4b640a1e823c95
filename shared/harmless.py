"""Strangers' text on a terminal or in a chat: nothing in it may move the cursor, colour the screen or turn the writing
around."""

import re

# C0 and C1 controls, and what changes the direction of writing.
_TRICKS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_PICTURES = 0x2400
_PICTURE_OF_DELETE = "\N{SYMBOL FOR DELETE}"


def harmless(text: str) -> str:
    """The same text with every trick in it made visible; line ends and tabs stay."""
    return _TRICKS.sub(_picture, text.replace("\r\n", "\n"))


def one_line(text: str, characters_max: int) -> str:
    line = harmless(" ".join(text[: 4 * characters_max].split()))
    return line if len(line) <= characters_max else line[: characters_max - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(_PICTURES + code)
    return _PICTURE_OF_DELETE if code == 0x7F else "\N{REPLACEMENT CHARACTER}"
