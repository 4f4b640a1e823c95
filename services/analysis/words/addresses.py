"""Finds addresses in a text: URLs, e-mail addresses, IP addresses, names of hosts, mentions of people.

All patterns here and in the neighbouring modules run in linear time: each begins where a run of its characters begins,
takes the run as a whole, and gives nothing back.
"""

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv6Address

from services.analysis.words.fields import Spot

_URL = re.compile(
    r"(?<![a-z0-9+.-])(?:[a-z][a-z0-9+.-]*+://|www\.(?=\w))[^\s<>\"`|\\^{}\u2018-\u201f\u3000-\u301f\uff01-\uff1f]++",
    re.IGNORECASE,
)
_SCHEME_AND_HOST = re.compile(r"[^:/]+://[^/?#]*")
_URL_COUNT_MAX = 2_000
# They end the sentence, not the address; a bracket does that only when the address doesn't open it.
_END_OF_SENTENCE = ".,;:!?'*_~"
_BRACKETS = {")": "(", "]": "["}

_EMAIL = re.compile(r"(?<![\w.+%@/-])[\w.+%-]++@(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,24}(?![\w@-])")

_IPV4 = re.compile(r"[0-9](?<![\w.-][0-9])[0-9]{0,2}(?:\.[0-9]{1,3}){3}(?![\w-]|\.[0-9])")
_IPV6 = re.compile(
    r"(?<![\w:.])(?=[0-9a-f]{0,4}+:)[0-9a-f:]{3,39}+(?:(?<=:)[0-9]{0,3}\.[0-9.]{5,11}+)?(?![\w:])", re.IGNORECASE
)
_IPV6_WRITTEN_SHORT = re.compile(r"::1$|::ffff:|[0-9a-f]{4}:", re.IGNORECASE)

_HOST = re.compile(
    r"(?<![\w.@/\\+-])(?:[a-z0-9][a-z0-9-]*+\.)+([a-z][a-z0-9-]*+)(?![\w@(\\]|\.\w)|\blocalhost\b", re.IGNORECASE
)
_DOT_INSIDE = re.compile(r"\.(?<=[a-zA-Z0-9-]\.)[a-zA-Z]")
_TOP_LEVEL = frozenset(
    str.split(
        """com org net io dev app ai edu gov mil int info biz co tv cloud de uk fr es nl eu ch se dk fi cz hu ro gr ie
        pt br mx ca au nz jp cn kr ru ua by tr il in za sg hk tw online site tech xyz page blog shop store news live
        local lan internal corp intranet home test example invalid svc cluster arpa onion"""
    )
)
# They end file names and sentences, too: only a name with a further dot, or a port or path behind it, is a host.
_TOP_LEVEL_BUT = frozenset(
    str.split("me it is at be no to us so my pl rs py sh md cc ps ml st fm gg ly am as la li lt lv su")
)
_PORT_OR_PATH = re.compile(r":[0-9]{2,5}\b|/")

_MENTION = re.compile(r"(?<![\w@./:+-])@[^\W_](?:[\w.-]*\w)?(?![\w@/])|<@[!&]?[0-9A-Z]{3,24}>")


def urls(text: str) -> Iterator[Spot]:
    if "://" not in text and "www." not in text and "WWW." not in text:
        return
    for match in _URL.finditer(text):
        start, end = match.start(), _without_end_of_sentence(text, *match.span())
        found = text[start:end]
        if found.endswith("://") or end - start > _URL_COUNT_MAX:
            continue
        whole = found if "://" in found else f"http://{found}"
        yield Spot("url", start, end, _SCHEME_AND_HOST.sub(lambda part: part[0].lower(), whole, count=1))


def _without_end_of_sentence(text: str, start: int, end: int) -> int:
    open_count = {
        close: text.count(close, start, end) - text.count(opening, start, end) for close, opening in _BRACKETS.items()
    }
    while end > start:
        last = text[end - 1]
        if open_count.get(last, 0) > 0:
            open_count[last] -= 1
        elif last not in _END_OF_SENTENCE:
            break
        end -= 1
    return end


def emails(text: str) -> Iterator[Spot]:
    if "@" not in text:
        return
    for match in _EMAIL.finditer(text):
        name, _, host = match[0].rpartition("@")
        start = match.start() + len(name) - len(name.lstrip("."))
        if len(match[0]) <= 254 and name.strip("."):
            yield Spot("email", start, match.end(), f"{name.lstrip('.')}@{host.lower()}")


def ip_addresses(text: str) -> Iterator[Spot]:
    if "." in text:
        for match in _IPV4.finditer(text):
            parts = match[0].split(".")
            if all(int(part) < 256 and (part == "0" or part[0] != "0") for part in parts):
                yield Spot("ipv4", *match.span(), match[0])
    if text.count(":") > 1:
        for match in _IPV6.finditer(text):
            if value := _ipv6(match[0]):
                yield Spot("ipv6", *match.span(), value)


def _ipv6(written: str) -> str | None:
    """A slice of a list and a name in C++ are written alike: so it takes three colons, or a well-known beginning."""
    if written.count(":") < 3 and not _IPV6_WRITTEN_SHORT.match(written):
        return None
    if not any(map(str.isdigit, written)):
        return None
    try:
        return str(IPv6Address(written))
    except AddressValueError:
        return None


def hosts(text: str) -> Iterator[Spot]:
    if not _DOT_INSIDE.search(text) and "localhost" not in text:
        return
    for match in _HOST.finditer(text):
        name = match[0]
        if match[1] is None or (len(name) <= 253 and _is_host(name, match[1], text, match.end())):
            yield Spot("host", *match.span(), name.lower())


def _is_host(name: str, top_level: str, text: str, end: int) -> bool:
    if top_level in _TOP_LEVEL:
        return True
    return top_level in _TOP_LEVEL_BUT and (name.count(".") > 1 or bool(_PORT_OR_PATH.match(text, end)))


def mentions(text: str) -> Iterator[Spot]:
    if "@" not in text:
        return
    for match in _MENTION.finditer(text):
        yield Spot("mention", *match.span(), match[0].strip("<>@!&").lower())
