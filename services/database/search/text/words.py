"""What a word is: how text is made ready for the tokenizer, the same for documents and for queries.

Accents and case don't matter. Scripts that put no spaces between words are indexed character by character, so a word in
them is a phrase. ASCII text needs nothing of it, and is most of what there is.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

# Enough for every orthography. Without a limit, sorting the marks of one letter takes the square of their number.
MARKS_MAX = 8

_LAST = 0x1E95F


def _ranges(holds: Callable[[str], bool]) -> str:
    """The inside of a character class."""
    found: list[list[int]] = []
    for code in range(0x300, _LAST + 1):
        if holds(chr(code)):
            if found and found[-1][1] == code - 1:
                found[-1][1] = code
            else:
                found.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in found)


# They stand on a letter. What is left of them after composing doesn't make it another word.
_MARKS = _ranges(lambda character: unicodedata.combining(character) != 0)
# Soft hyphen, joiners, directions, variants: not seen, or not meant.
_UNSEEN = "\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff"
# They may melt into the character before: vowel signs, and the vowels and finals of Hangul that is spelled out.
_FOLLOWERS = _ranges(lambda character: unicodedata.category(character) in ("Mn", "Mc")) + "\u1160-\u11ff" + _UNSEEN
# Thai, Lao, Myanmar, Khmer, kana, and Han.
_ALONE = (
    "\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3031-\u3035\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uaa60-\uaa7f\uf900-\ufaff\uff66-\uff9f\U0001b000-\U0001b16f\U00020000-\U000323af"
)

_TOO_MANY_MARKS = re.compile(f"([{_MARKS}]{{{MARKS_MAX}}})[{_MARKS}]+")
_LEFT_OUT = re.compile(f"[{_MARKS}{_UNSEEN}]+")
_WORD_OF_ITS_OWN = re.compile(f"[{_ALONE}]")
# Stretches in which every character stays one, and else a character with all that may melt into it.
_SEGMENT = re.compile(
    f"((?:[\u0000-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u052f](?![{_FOLLOWERS}]))+)|.[{_FOLLOWERS}]*", re.DOTALL
)


def prepared(text: str) -> str:
    """The text as the tokenizer is to have it."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFC", _TOO_MANY_MARKS.sub(r"\1", text))
    # Lower case of the Turkish capital is two characters, the second of them a mark.
    text = _LEFT_OUT.sub("", text).replace("İ", "I")
    return _WORD_OF_ITS_OWN.sub(r" \g<0> ", text)


def stands_alone(text: str) -> bool:
    """Whether its last character is a word of its own: one that begins with it is the word itself."""
    return bool(_WORD_OF_ITS_OWN.match(text[-1:]))


@dataclass(frozen=True, slots=True)
class Traced:
    """Prepared text that knows where it came from."""

    text: str
    # For each character: where in the original begins, and where ends, what it was made of. Empty: where it stands.
    begins: list[int]
    ends: list[int]

    def span(self, first: int, end: int) -> tuple[int, int]:
        return (self.begins[first], self.ends[end - 1]) if self.begins else (first, end)


def traced(original: str) -> Traced:
    if original.isascii():
        return Traced(original, [], [])
    parts: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    known: dict[str, str] = {}
    for found in _SEGMENT.finditer(original):
        segment, at = found[0], found.start()
        part = known.get(segment)
        if part is None:
            part = known[segment] = prepared(segment)
        parts.append(part)
        if found[1]:
            begins += range(at, at + len(part))
            ends += range(at + 1, at + 1 + len(part))
        else:
            begins += [at] * len(part)
            ends += [found.end()] * len(part)
    return Traced("".join(parts), begins, ends)
