"""What a document's data is compared with: paths into it, and the values that JSON has."""

import re
from math import isfinite

from pydantic import JsonValue

from services.database.search.language.mistakes import Misread
from services.database.search.language.syntax import Comparison, Data

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*+)(\.[0-9]++)?([eE][+-]?[0-9]++)?")
_NAMES: dict[str, JsonValue] = {"true": True, "false": False, "null": None}
# Python refuses to read longer ones, and no float reaches so far.
DIGITS_COUNT_MAX = 400
WHOLE_MAX = 2**63 - 1


def typed(written: str) -> JsonValue:
    """What is written without quotes: a number, true, false, null, or else a text."""
    if written in _NAMES:
        return _NAMES[written]
    number = _NUMBER.fullmatch(written)
    if number is None:
        return written
    if len(written) > DIGITS_COUNT_MAX:
        raise Misread("this number is too long")
    return comparable(float(written) if number[1] or number[2] else int(written))


def comparable(value: JsonValue) -> JsonValue:
    """A value of one piece, as the indexes can compare it."""
    if isinstance(value, list | dict):
        raise Misread("only a text, a number, true, false or null can be compared")
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > WHOLE_MAX:
        try:
            value = float(value)
        except OverflowError as error:
            raise Misread("this number is too large") from error
    if isinstance(value, float) and not isfinite(value):
        raise Misread("this number is too large")
    return value


def compared(path: str, comparison: Comparison, value: JsonValue) -> Data:
    if comparison not in {"=", "!="} and (value is None or isinstance(value, bool)):
        raise Misread(f"true, false and null are neither large nor small: '{comparison}' needs a number or a text")
    return Data(checked_path(path), comparison, comparable(value))


def checked_path(path: str) -> str:
    if not all(path.split(".")):
        raise Misread(f"the path '{path[:40]}' has a name missing; write data.build.number")
    return path
