"""Strangers' text on a terminal or in a chat: nothing in it may move the cursor, colour the screen or turn the writing
around, and in a chat nothing may hide in it either."""

import re
import unicodedata

# C0 and C1 controls, and what changes the direction of writing.
_TRICKS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_PICTURES = 0x2400
_PICTURE_OF_DELETE = "\N{SYMBOL FOR DELETE}"

# What is there and shows nothing: soft hyphens, spaces without width, fillers, annotations of annotations, tags.
_HIDDEN = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
# Joiners and the selectors of a variant show by what they do to their neighbours.
_JOINERS = "\u200c\u200d"
_JOINTS = re.compile(f"[{_JOINERS}\u180b-\u180d\u180f\ufe00-\ufe0f]+")
# The ASCII characters that have a variant: those on the keys of a telephone.
_KEYS = "0123456789#*"
# Marks upon one letter. No language needs more, and a pile of them covers other people's lines.
MARKS_MAX = 6
_MAY_BE_A_PILE = re.compile(f"[^\x00-\x7f]{{{MARKS_MAX + 1},}}")


def harmless(text: str) -> str:
    """The same text with every trick in it made visible; line ends and tabs stay."""
    return _TRICKS.sub(_picture, text.replace("\r\n", "\n"))


def one_line(text: str, characters_max: int) -> str:
    line = harmless(" ".join(text[: 4 * characters_max].split()))
    return line if len(line) <= characters_max else line[: characters_max - 1] + "\N{HORIZONTAL ELLIPSIS}"


def without_hidden(text: str) -> str:
    """Without what nobody sees, and without marks piled upon marks; what joins emoji or letters stays."""
    if text.isascii():
        return text
    return _JOINTS.sub(_needed, _MAY_BE_A_PILE.sub(_without_piles, _HIDDEN.sub("", text)))


def is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "M"


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(_PICTURES + code)
    return _PICTURE_OF_DELETE if code == 0x7F else "\N{REPLACEMENT CHARACTER}"


def _without_piles(found: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for character in found[0]:
        marks = marks + 1 if is_mark(character) else 0
        if marks <= MARKS_MAX:
            kept.append(character)
    return "".join(kept)


def _needed(found: re.Match[str]) -> str:
    """One selector for what stands before, and one joiner if neither neighbour is an ASCII letter or a space."""
    joints, text = found[0], found.string
    before, after = text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
    selector = joints[0] if joints[0] not in _JOINERS and (not before.isascii() or before in _KEYS) and before else ""
    joiner = next((each for each in joints if each in _JOINERS), "")
    return selector + ("" if before.isascii() or after.isascii() else joiner)
