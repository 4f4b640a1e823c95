"""Which script a text is written in, by ISO 15924 code. Which language that is, is told in `languages`."""

from bisect import bisect_right
from collections import Counter
from functools import lru_cache

UNKNOWN = "Zyyy"

# From here on, up to the next one.
_STARTS: tuple[tuple[int, str], ...] = (
    (0x0000, "Latn"),
    (0x0370, "Grek"),
    (0x0400, "Cyrl"),
    (0x0530, "Armn"),
    (0x0590, "Hebr"),
    (0x0600, "Arab"),
    (0x0700, "Syrc"),
    (0x0750, "Arab"),
    (0x0780, "Thaa"),
    (0x07C0, "Nkoo"),
    (0x0800, UNKNOWN),
    (0x0860, "Arab"),
    (0x0900, "Deva"),
    (0x0980, "Beng"),
    (0x0A00, "Guru"),
    (0x0A80, "Gujr"),
    (0x0B00, "Orya"),
    (0x0B80, "Taml"),
    (0x0C00, "Telu"),
    (0x0C80, "Knda"),
    (0x0D00, "Mlym"),
    (0x0D80, "Sinh"),
    (0x0E00, "Thai"),
    (0x0E80, "Laoo"),
    (0x0F00, "Tibt"),
    (0x1000, "Mymr"),
    (0x10A0, "Geor"),
    (0x1100, "Hang"),
    (0x1200, "Ethi"),
    (0x13A0, "Cher"),
    (0x1400, "Cans"),
    (0x1680, UNKNOWN),
    (0x1780, "Khmr"),
    (0x1800, "Mong"),
    (0x18B0, UNKNOWN),
    (0x1C80, "Cyrl"),
    (0x1C90, "Geor"),
    (0x1CC0, UNKNOWN),
    (0x1D00, "Latn"),
    (0x1F00, "Grek"),
    (0x2000, UNKNOWN),
    (0x2071, "Latn"),
    (0x20A0, UNKNOWN),
    (0x2C60, "Latn"),
    (0x2C80, UNKNOWN),
    (0x2D00, "Geor"),
    (0x2D30, "Tfng"),
    (0x2D80, "Ethi"),
    (0x2DE0, "Cyrl"),
    (0x2E80, "Hani"),
    (0x3040, "Hira"),
    (0x30A0, "Kana"),
    (0x3100, "Bopo"),
    (0x3130, "Hang"),
    (0x3190, "Hani"),
    (0x31F0, "Kana"),
    (0x3200, UNKNOWN),
    (0x3400, "Hani"),
    (0xA000, "Yiii"),
    (0xA4D0, UNKNOWN),
    (0xA640, "Cyrl"),
    (0xA6A0, UNKNOWN),
    (0xA720, "Latn"),
    (0xA800, UNKNOWN),
    (0xA8E0, "Deva"),
    (0xA960, "Hang"),
    (0xA980, UNKNOWN),
    (0xAB30, "Latn"),
    (0xABC0, UNKNOWN),
    (0xAC00, "Hang"),
    (0xD800, UNKNOWN),
    (0xF900, "Hani"),
    (0xFB00, "Latn"),
    (0xFB13, "Armn"),
    (0xFB1D, "Hebr"),
    (0xFB50, "Arab"),
    (0xFE00, UNKNOWN),
    (0xFE70, "Arab"),
    (0xFF00, "Latn"),
    (0xFF66, "Kana"),
    (0xFFA0, "Hang"),
    (0xFFE0, UNKNOWN),
    (0x1D400, "Latn"),
    (0x1D6A8, UNKNOWN),
    (0x20000, "Hani"),
    (0x323B0, UNKNOWN),
)
_BOUNDS = [start for start, _ in _STARTS]
_NAMES = [name for _, name in _STARTS]

# One character of these says more than one letter; and names of things are Latin in texts of every script.
_WEIGHTS = {"Latn": 1, "Hani": 4, "Hira": 4, "Kana": 4, "Hang": 4}
_WEIGHT_OF_OTHERS = 2


@lru_cache(maxsize=4_096)
def script_of(character: str) -> str:
    """Of one letter."""
    return _NAMES[bisect_right(_BOUNDS, ord(character)) - 1]


def script_counts(text: str) -> Counter[str]:
    """How many letters there are of each script."""
    counts: Counter[str] = Counter()
    for character, count in Counter(text).items():
        if character.isalpha():
            counts[script_of(character)] += count
    return counts


def dominant_script(text: str) -> str:
    """The one that bears the text; `Jpan` and `Kore` stand for the mixtures that Japanese and Korean are written in."""
    if text.isascii():
        return "Latn" if any(map(str.isalpha, text)) else UNKNOWN
    counts = script_counts(text)
    kana = counts["Hira"] + counts["Kana"]
    if kana and kana * 8 >= counts["Hani"]:
        counts["Jpan"] = (kana + counts["Hani"]) * _WEIGHTS["Hani"]
    if counts["Hang"] * 4 > counts["Hani"]:
        counts["Kore"] = (counts["Hang"] + counts["Hani"]) * _WEIGHTS["Hang"]
    best = max(counts, key=lambda name: counts[name] * _WEIGHTS.get(name, _WEIGHT_OF_OTHERS), default=UNKNOWN)
    return {"Hira": "Jpan", "Kana": "Jpan", "Hang": "Kore"}.get(best, best)
