"""Finds money and versions in a text."""

import re
from collections.abc import Iterator

from services.analysis.words.fields import Spot

_SYMBOLS = {
    "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY", "₴": "UAH",
    "₪": "ILS", "₫": "VND", "₦": "NGN", "₱": "PHP", "฿": "THB", "₿": "BTC", "US$": "USD", "A$": "AUD", "C$": "CAD",
    "R$": "BRL", "HK$": "HKD", "NZ$": "NZD", "CA$": "CAD", "AU$": "AUD",
}  # fmt: skip
_CODE = (
    "USD|EUR|GBP|JPY|CHF|CAD|AUD|NZD|CNY|RMB|INR|RUB|KRW|TRY|UAH|ILS|VND|NGN|PHP|THB|BTC|ETH|BRL|MXN|ZAR|SEK|NOK|DKK|PLN"
    "|CZK|HUF|RON|BGN|HKD|SGD|TWD|AED|SAR|ARS|CLP|COP|IDR|MYR"
)
_ZEROS = {"k": 3, "thousand": 3, "m": 6, "mio": 6, "million": 6, "bn": 9, "b": 9, "billion": 9}

_SIGN = r"(?:US|HK|NZ|CA|AU|[ACR])?\$|[€£¥₹₽₩₺₴₪₫₦₱฿₿]"
_START_OF_NUMBER = r"[0-9](?<![\w.,$€£¥-][0-9])"
_REST_OF_NUMBER = r"(?:,[0-9]{2}(?=,[0-9]))*+(?:[.,'\u2019\u00a0\u202f ][0-9]{3})*+(?:[.,][0-9]{1,8}+)?(?![0-9])"
_UNIT = r"(?:\s?(?:k|K|M|m|bn|B|Mio|mio|million|billion|thousand)s?\b)?"
_BEFORE = re.compile(
    rf"(?:(?<![\w$])(?P<code>{_CODE})\s?|(?<![\w$])(?P<sign>{_SIGN})\s?)(?P<number>[0-9]{{1,15}}{_REST_OF_NUMBER})(?P<unit>{_UNIT})"
)
_AFTER = re.compile(
    rf"(?P<number>{_START_OF_NUMBER}[0-9]{{0,14}}{_REST_OF_NUMBER})(?P<unit>{_UNIT})"
    rf"[ \u00a0\u202f]?(?:(?P<code>{_CODE})(?!\w)|(?P<sign>[€£¥₹₽₩₺₴₪₫₦₱฿₿$])(?![\w$]))"
)
_ANY_SIGN = re.compile("[$€£¥₹₽₩₺₴₪₫₦₱฿₿]")
_ANY_CODE = re.compile(r"[A-Z](?<!\w[A-Z])[A-Z]{2}(?![A-Za-z])")

_VERSION = re.compile(
    r"(?:[vV](?=[0-9])|[0-9])(?<![\w.,/$€£-].)(?<![0-9:]:.)"
    r"[0-9]*(?:\.[0-9]+){1,4}+(?:-?(?:rc|alpha|beta|a|b|dev|pre|preview|post|SNAPSHOT)[.-]?[0-9]*|\.(?:dev|post)[0-9]+)?"
    r"(?:-[0-9A-Za-z]+(?:\.[0-9A-Za-z]+)*+)?(?:\+[0-9A-Za-z]+(?:[.-][0-9A-Za-z]+)*+)?(?![\w%]|[.,:/][0-9])"
)
_IMPOSSIBLE_DATE = re.compile(r"[0-9]{1,2}\.[0-9]{1,2}\.(?:19|20)[0-9]{2}$")
_OF_A_VERSION = re.compile(r"(?:version|release|ver\.?|Version|Release)\s?$")


def money(text: str) -> Iterator[Spot]:
    if not _ANY_SIGN.search(text) and not _ANY_CODE.search(text):
        return
    for pattern in (_BEFORE, _AFTER):
        for match in pattern.finditer(text):
            currency = match["code"] or _SYMBOLS[match["sign"]]
            amount = _amount(match["number"], match["unit"].strip().lower(), currency)
            yield Spot("money", *match.span(), f"{amount} {'CNY' if currency == 'RMB' else currency}")


def _amount(written: str, unit: str, currency: str) -> str:
    """With a point for the decimals and nothing between the thousands."""
    plain = re.sub(r"['\u2019\u00a0\u202f ]", "", written)
    last = max(plain.rfind("."), plain.rfind(","))
    if last >= 0:
        separator, decimals = plain[last], plain[last + 1 :]
        is_repeated = plain.count(separator) > 1
        # Three digits behind the only separator: thousands, except where the currency's people write the other one.
        is_thousands = (
            len(decimals) == 3 and not plain.startswith("0") and (separator == "," or currency in {"EUR", "BRL"})
        )
        if ("." in plain) != ("," in plain) and (is_repeated or is_thousands):
            plain = plain.replace(separator, "")
        else:
            plain = re.sub(r"[.,]", "", plain[:last]) + "." + decimals
    return _times(plain, _ZEROS.get(unit.rstrip("s"), 0))


def _times(plain: str, zeros: int) -> str:
    whole, _, decimals = plain.partition(".")
    if zeros:
        decimals = decimals.ljust(zeros, "0")
        whole, decimals = whole + decimals[:zeros], decimals[zeros:]
        whole = whole.lstrip("0") or "0"
    return f"{whole}.{decimals}" if decimals else whole


def versions(text: str) -> Iterator[Spot]:
    if "." not in text:
        return
    for match in _VERSION.finditer(text):
        written = match[0].lstrip("vV")
        has_mark = written != match[0]
        if _IMPOSSIBLE_DATE.match(written):
            continue
        if has_mark or written.count(".") > 1 or _OF_A_VERSION.search(text[max(0, match.start() - 12) : match.start()]):
            yield Spot("version", *match.span(), written)
