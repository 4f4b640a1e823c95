"""A document's own data as terms, one for each value with its path; and comparisons with them as patterns of terms.

Why not the engine's own JSON fields: they can only compare numbers through a column for every path that anybody ever
wrote, and hostile data has a new one in each document.
"""

import struct
from collections.abc import Iterable

import xxhash
from pydantic import JsonValue

# Of one document. The rest is kept with it, and can't be searched for.
LEAVES_MAX = 1_000
PATH_LENGTH_MAX = 500
# A longer one is told from others by a hash, too: patterns must not become large.
_PATH_SHOWN_MAX = 48
# A longer text is told from others by a hash of it; its order is that of its beginning.
TEXT_LENGTH_MAX = 128
COMPARED_LENGTH_MAX = 48
# The engine limits how large a pattern may become, so a long text is compared by several.
_STEP_LENGTH = 12

# After the path: what kind of term it is.
_HAS, _HAS_SEVERAL, _NULL, _FLAG, _TEXT, _NUMBER, _COARSE = "e", "m", "z", "b", "s", "n", "N"
_END_OF_PATH = "\0"
_DIGITS = 16
# Sign, exponent, and 8 bits of the fraction: a long range is a few thousand of these and two ends.
_COARSE_DIGITS = 5
_EXACT_MAX = 2**53
_PRINTED_MAX = 2**64


def terms_of(data: JsonValue) -> list[str]:
    """What is to be found of the data, without repetitions."""
    values: dict[str, set[str]] = {}
    terms: dict[str, None] = {}
    for path, value in _leaves(data):
        exact = _exact(value)
        place = _place(path)
        values.setdefault(place, set()).add(exact)
        terms[place + exact] = None
        if exact[0] == _NUMBER:
            terms[place + _COARSE + exact[1 : 1 + _COARSE_DIGITS]] = None
    for place, different in values.items():
        terms[place + _HAS] = None
        if len(different) > 1:
            terms[place + _HAS_SEVERAL] = None
    return list(terms)


def _leaves(data: JsonValue) -> Iterable[tuple[str, JsonValue]]:
    left: list[tuple[str, JsonValue]] = [("", data)]
    count = 0
    while left and count < LEAVES_MAX:
        path, value = left.pop()
        if isinstance(value, dict):
            # What would not be reached isn't queued.
            names = list(value)[: LEAVES_MAX - count]
            inner = [(f"{path}.{_clean(name)}" if path else _clean(name), value[name]) for name in names]
            left += reversed([each for each in inner if len(each[0]) <= PATH_LENGTH_MAX])
        elif isinstance(value, list):
            left += [(path, each) for each in reversed(value[: LEAVES_MAX - count])]
        else:
            count += 1
            # Data that is nothing at all has no value, either.
            if path or value is not None:
                yield path, value


def _clean(name: str) -> str:
    return name[: PATH_LENGTH_MAX + 1].replace(_END_OF_PATH, "\ufffd")


def _place(path: str) -> str:
    """How all terms of a path begin."""
    if len(path) > _PATH_SHOWN_MAX:
        path = f"{path[:_PATH_SHOWN_MAX]}~{xxhash.xxh3_64_hexdigest(path.encode())}"
    return path + _END_OF_PATH


def _exact(value: JsonValue) -> str:
    if value is None:
        return _NULL
    if isinstance(value, bool):
        return _FLAG + str(int(value))
    if isinstance(value, str):
        if len(value) <= TEXT_LENGTH_MAX:
            return _TEXT + value
        return f"{_TEXT}{value[:TEXT_LENGTH_MAX]}\0{xxhash.xxh3_64_hexdigest(value.encode())}"
    if isinstance(value, list | dict):
        raise TypeError("only what has no parts is a value")
    key = _NUMBER + _digits(value)
    # Identities of other systems are often larger than what a float can tell apart.
    if isinstance(value, int) and _EXACT_MAX < abs(value) <= _PRINTED_MAX:
        return f"{key}:{value}"
    return key


def _digits(number: float) -> str:
    """Sixteen digits that sort as the numbers do."""
    try:
        as_float = float(number) + 0.0
    except OverflowError:
        as_float = float("inf") if number > 0 else float("-inf")
    (bits,) = struct.unpack(">Q", struct.pack(">d", as_float))
    return f"{bits ^ (2**64 - 1 if bits >> 63 else 1 << 63):0{_DIGITS}x}"


def equal(path: str, value: JsonValue) -> str:
    """The term of a document that has this value there."""
    return _place(_clean(path)) + _exact(value)


def there(path: str) -> str:
    """The term of a document that has any value there."""
    return _place(_clean(path)) + _HAS


def several(path: str) -> str:
    """The term of a document that has different values there."""
    return _place(_clean(path)) + _HAS_SEVERAL


def beyond(path: str, value: float | str, *, below: bool, or_equal: bool) -> list[str]:
    """Patterns of the terms with a greater value, or with a smaller one: any of them."""
    place = literally(_place(_clean(path)))
    if isinstance(value, str):
        return [place + _TEXT + pattern for pattern in _text_beyond(value, below=below, or_equal=or_equal)]
    digits = _digits(value)
    first, rest = digits[:_COARSE_DIGITS], digits[_COARSE_DIGITS:]
    coarse = _coarse_beyond(first, below=below)
    fine = _unlike(rest, below=below)
    ends = [f"{_NUMBER}{first}(?:{fine}){_ANYTHING}"] if fine else []
    ends += [f"{_COARSE}(?:{coarse})"] if coarse else []
    ends += [f"{_NUMBER}{digits}{_ANYTHING}"] if or_equal else []
    return [place + f"(?:{'|'.join(ends)})"] if ends else []


_ANYTHING = "(?s:.*)"


def _coarse_beyond(first: str, *, below: bool) -> str:
    return "|".join(
        f"{first[:at]}{digit}[0-9a-f]{{{_COARSE_DIGITS - 1 - at}}}"
        for at in range(_COARSE_DIGITS)
        if (digit := _digit_beyond(first[at], below=below))
    )


def _unlike(digits: str, *, below: bool) -> str:
    return "|".join(
        digits[:at] + digit for at in range(len(digits)) if (digit := _digit_beyond(digits[at], below=below))
    )


def _digit_beyond(digit: str, *, below: bool) -> str:
    every = "0123456789abcdef"
    at = every.index(digit)
    found = every[:at] if below else every[at + 1 :]
    return f"[{found}]" if found else ""


def _text_beyond(value: str, *, below: bool, or_equal: bool) -> list[str]:
    compared = value[:COMPARED_LENGTH_MAX]
    last = "" if or_equal else None
    if not below:
        last = _ANYTHING if or_equal else "(?s:.+)"
    found = []
    steps = range(0, max(len(compared), 1), _STEP_LENGTH)
    for at in steps:
        part = compared[at : at + _STEP_LENGTH]
        pattern = _step_beyond(part, last if at == steps[-1] else None, below=below)
        if pattern is not None:
            found.append(f"{literally(compared[:at])}(?:{pattern})")
    return found


def _step_beyond(part: str, pattern: str | None, *, below: bool) -> str | None:
    """Nested, from the last character to the first. `pattern` is for what comes after the part; None: nothing may."""
    for character in reversed(part):
        code = ord(character)
        ways = [] if pattern is None else [f"{literally(character)}(?:{pattern})"]
        if below:
            # What ends here is smaller than what goes on.
            ways.append("")
            if code > 0:
                ways.append(f"[^\\x{{{code:x}}}-\\x{{10ffff}}]{_ANYTHING}")
        elif code < 0x10FFFF:
            ways.append(f"[^\\x{{0}}-\\x{{{code:x}}}]{_ANYTHING}")
        pattern = "|".join(ways) if ways else None
    return pattern


def literally(text: str) -> str:
    """As a pattern that means just this."""
    return "".join("\\" + each if each in r"\.+*?()|[]{}^$" else each for each in text)
