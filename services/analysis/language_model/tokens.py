"""How many tokens a text can be at the most, what they cost, and how to make a text fit.

Every model counts in its own way, and none of them is here to be asked. What all have in common is that a token is at
least one byte. That is the bound here, too; only lower-case letters and spaces count half, because they come in longer
tokens even where they make no words.
"""

import orjson

from shared.contracts.annotations import Cost
from shared.settings import LanguageModelSettings

# What an endpoint adds around a message, to say whose it is.
AROUND_MESSAGE = 16
_COUNT_HALF = b"abcdefghijklmnopqrstuvwxyz "
_GAP = "\n[…]\n"
_TAIL_SHARE = 0.25


def tokens_at_most(text: str) -> int:
    encoded = text.encode()
    dense = len(encoded.translate(None, _COUNT_HALF))
    return dense + (len(encoded) - dense + 1) // 2


def cost_of(settings: LanguageModelSettings, tokens_in: int, tokens_out: int) -> Cost:
    thousandths = tokens_in * settings.micro_usd_per_1k_in + tokens_out * settings.micro_usd_per_1k_out
    # Rounded up: what is rounded away would be spent beside the budget.
    return Cost(tokens_in=tokens_in, tokens_out=tokens_out, micro_usd=-(-thousandths // 1_000))


def sum_of(one: Cost, other: Cost) -> Cost:
    return Cost(
        tokens_in=one.tokens_in + other.tokens_in,
        tokens_out=one.tokens_out + other.tokens_out,
        micro_usd=one.micro_usd + other.micro_usd,
    )


def fitting(text: str, tokens_max: int) -> str:
    """The text, or as much of its beginning and its end as fits once it is written as JSON."""
    # No character is less than half a token, so what lies further apart can't be kept anyway.
    reach = 2 * max(tokens_max, 0)
    if len(text) <= reach and _written(text) <= tokens_max:
        return text
    left = tokens_max - _written(_GAP)
    if left <= 0:
        return ""
    tail = _longest(text[-reach:][::-1], int(left * _TAIL_SHARE))[::-1]
    return _longest(text[:reach], left - int(left * _TAIL_SHARE)) + _GAP + tail


def _written(text: str) -> int:
    return tokens_at_most(orjson.dumps(text).decode()) - 2


def _longest(text: str, tokens_max: int) -> str:
    """The longest beginning of the text that fits."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _written(text[:middle]) <= tokens_max else (low, middle - 1)
    return text[:low]
