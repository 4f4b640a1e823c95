"""Finds in a text what is a person's: e-mail addresses, phone, account, card and social security numbers."""

import re
from collections.abc import Iterator

from services.analysis.words.addresses import emails
from services.analysis.words.checksums import iban_length, is_iban, is_luhn
from services.analysis.words.fields import Spot

_IBAN = re.compile(r"[A-Z](?<![A-Za-z0-9][A-Z])[A-Z][0-9]{2}[ -]?(?=[A-Z0-9]{4})")
_OF_IBAN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -")
# With a blank after every fourth.
_IBAN_COUNT_MAX = 42
_CARD = re.compile(r"[2-6](?<![\w.,:/#-][0-9])[0-9]{3}(?:[ -]?[0-9]){9,15}(?![\w-]|[.,][0-9])")
_SSN = re.compile(r"[0-8](?<![\w.-][0-9])[0-9]{2}(?<!000)(?<!666)-(?!00)[0-9]{2}-(?!0000)[0-9]{4}(?![\w-])")
_OF_AN_SSN = re.compile(r"ssn|social security|sozialversicherung", re.IGNORECASE)
_SEPARATED = r"(?:[ .\u00a0/-]?\(?[0-9]{1,5}\)?)"
_PHONE_ABROAD = re.compile(rf"\+(?<![\w+]\+)[1-9][0-9]{{0,2}}{_SEPARATED}{{2,7}}(?![\w+])")
_PHONE_US = re.compile(
    r"[(1-9](?<![\w.+$-][(1-9])(?:(?<=1)[ .-][2-9(])?(?:(?<=\()[2-9][0-9]{2}\) ?|[0-9]{2}([.-]))"
    r"[2-9][0-9]{2}[ .-][0-9]{4}(?![\w-]|\.[0-9])"
)
_PHONE_AT_HOME = re.compile(r"[(0-9](?<![\w.,:/+-][(0-9])(?:[ ./()-]{0,2}[0-9]){6,13}(?![\w-]|[.,][0-9])")
_OF_A_PHONE = re.compile(
    r"\b(?:tel(?:e(?:fon|phone))?|phone|mobile|mobil|cell|handy|fax|call(?: me)?(?: at| on)?|rufnummer"
    r"|t[ée]l[ée]phone|tlf|m[óo]vil)"
    r"[.:]{0,2}(?: (?:is|number|nr|no|at|unter)\.?:?){0,2} {0,2}$",
    re.IGNORECASE,
)
_DIGIT = re.compile("[0-9]")
_NOT_A_DIGIT = re.compile("[^0-9]")


def personal_data(text: str) -> Iterator[Spot]:
    for found in emails(text):
        yield Spot("email", found.start, found.end)
    if not _DIGIT.search(text):
        return
    yield from _ibans(text)
    yield from _cards(text)
    for match in _SSN.finditer(text):
        named = _OF_AN_SSN.search(text, max(0, match.start() - 60), match.start())
        yield Spot("us_ssn", *match.span(), confidence=0.95 if named else 0.7)
    yield from _phones(text)


def _ibans(text: str) -> Iterator[Spot]:
    for match in _IBAN.finditer(text):
        expected = iban_length(match[0][:2])
        if expected is None:
            continue
        end, last, taken = match.start(), min(len(text), match.start() + _IBAN_COUNT_MAX), ""
        while len(taken) < expected and end < last and text[end] in _OF_IBAN:
            taken += text[end].strip(" -")
            end += 1
        if not text[end : end + 1].isalnum() and is_iban(taken):
            yield Spot("iban", match.start(), end, taken[-4:], 0.99)


def _cards(text: str) -> Iterator[Spot]:
    for match in _CARD.finditer(text):
        digits = _NOT_A_DIGIT.sub("", match[0])
        if _is_issued(digits) and len(set(digits)) > 1 and is_luhn(digits):
            yield Spot("credit_card", *match.span(), digits[-4:], 0.95 if len(match[0]) > len(digits) else 0.85)


def _is_issued(digits: str) -> bool:
    count, first_two, first_four = len(digits), int(digits[:2]), int(digits[:4])
    if digits[0] == "4":
        return count in (13, 16, 19)
    if 51 <= first_two <= 55 or 2221 <= first_four <= 2720:
        return count == 16
    if first_two in (34, 37):
        return count == 15
    if first_two in (36, 38) or 300 <= int(digits[:3]) <= 305:
        return count == 14
    return count >= 16 and (first_four == 6011 or first_two in (62, 65) or 3528 <= first_four <= 3589)


def _phones(text: str) -> Iterator[Spot]:
    if "+" in text:
        for match in _PHONE_ABROAD.finditer(text):
            if 8 <= len(_NOT_A_DIGIT.sub("", match[0])) <= 15:
                yield Spot("phone", *match.span(), match[0][-2:], 0.9)
    for match in _PHONE_US.finditer(text):
        yield Spot("phone", *match.span(), match[0][-2:], 0.8)
    for match in _PHONE_AT_HOME.finditer(text):
        if _OF_A_PHONE.search(text, max(0, match.start() - 30), match.start()):
            yield Spot("phone", *match.span(), match[0][-2:], 0.8)
