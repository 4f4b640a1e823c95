"""Cuts a text into words, in any script, and counts them where nothing is written between them."""

import re
import unicodedata
from functools import cache

# A blank, or nothing, is between two words of a phrase; anything else ends it. Each such thing is a token of its own.
_ASCII_TOKEN = re.compile(r"[A-Za-z0-9_]+(?:['.+#-](?=[A-Za-z0-9_])[A-Za-z0-9_]+)*|[^\sA-Za-z0-9_]|\n")
_UNSPACED = "\u2e80-\u2fff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_CHARACTER_IS_WORD = re.compile(f"[{_UNSPACED}]")
_RUN_OF_WORDS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+")
# Of Thai, Lao, Burmese and Khmer: what a word has on the average.
_CHARACTERS_OF_WORD = 5


def _ranges_of_marks() -> str:
    """Vowel signs and accents that are characters of their own: parts of a word, which `\\w` doesn't know."""
    ranges: list[list[int]] = []
    for code in range(0x300, 0x3100):
        if unicodedata.category(chr(code))[0] == "M":
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


@cache
def _token() -> re.Pattern[str]:
    """With a joiner of zero width and an apostrophe inside of words, as some languages need them."""
    part = rf"\w[\w{_ranges_of_marks()}\u200c\u200d]*+"
    return re.compile(rf"{part}(?:['\u2019.\u00b7-]{part})*+|[^\w\s]|\n")


def tokens_of(text: str) -> list[str]:
    """Words, and whatever stands between them except blanks, in their order."""
    return (_ASCII_TOKEN if text.isascii() else _token()).findall(text)


def word_count(text: str) -> int:
    """As people count: by blanks; each Chinese or Japanese character is a word; Thai and its like are estimated."""
    if text.isascii():
        return len(text.split())
    spaced, characters = _CHARACTER_IS_WORD.subn(" ", text)
    estimated = sum(-(-len(run) // _CHARACTERS_OF_WORD) - 1 for run in _RUN_OF_WORDS.findall(spaced))
    return sum(any(map(str.isalnum, word)) or word.isascii() for word in spaced.split()) + characters + estimated


def is_unspaced(text: str) -> bool:
    return _CHARACTER_IS_WORD.search(text) is not None
