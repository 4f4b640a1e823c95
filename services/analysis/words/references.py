"""Finds in a text what stands for something elsewhere: tickets, commits, checksums."""

import re
from collections.abc import Iterator

from services.analysis.words.fields import Spot

_TICKET = re.compile(r"[A-Z](?<![\w./-][A-Z])[A-Z0-9]{1,9}-(?:[0-9]{4}-)?[0-9]{1,7}(?![\w-]|\.[0-9])")
# Standards, encodings and products are written the same way.
_NO_TICKETS = frozenset(
    str.split(
        """UTF ISO SHA MD AES DES RSA RC GPT COVID SARS HTTP TLS SSL IEEE EN DIN IEC CP WINDOWS BASE USB MP ARM RFC X86
        GMT UTC CET EST PST MSG PC PS HDMI IPV WPA ED P K8 ASCII US EU UK Q LATIN KOI8 UCS ECMA ANSI CO PM MI PM2 T
        TOP V"""
    )
)
_NUMBERED = re.compile(r"(?<![\w&#/.-])(?:[\w.-]{1,100}+/[\w.-]{1,100}+)?#[1-9][0-9]{0,6}(?![\w-])")
_OF_A_COLOUR = re.compile(
    r"(?:colou?r|background|fill|stroke)s?(?: is| to| of)?[\"']?\s*[:=]?\s*[\"']?$", re.IGNORECASE
)

_HEXADECIMAL = re.compile(r"(?<![\w-])[0-9a-fA-F]{7,64}+(?![\w-])")
_CHECKSUMS = {32: "md5", 40: "sha1", 64: "sha256"}
_OF_A_CHECKSUM = re.compile(r"(?:sha-?1|sha1sum|checksum|digest|hash)\W{0,3}$", re.IGNORECASE)
_OF_A_COMMIT = frozenset(
    str.split(
        """commit commits committed rev revision revisions revert reverts reverted reverting git sha head checkout tree
        cherry-pick cherry-picked merge merged bisect bisected rebase rebased hotfix build tag branch fix fixed fixes
        introduced regression regressed deploy deployed rollback rolled blob patch changeset pushed diff"""
    )
)
# They may stand between "reverted" and what was reverted.
_BETWEEN = frozenset(str.split("in by to at with as since of from is was show log on back"))
_CONTEXT_COUNT = 40


def tickets(text: str) -> Iterator[Spot]:
    if "-" in text:
        for match in _TICKET.finditer(text):
            if match[0].partition("-")[0] not in _NO_TICKETS:
                yield Spot("ticket", *match.span(), match[0])
    if "#" in text:
        for match in _NUMBERED.finditer(text):
            if not _OF_A_COLOUR.search(text[max(0, match.start() - _CONTEXT_COUNT) : match.start()]):
                yield Spot("ticket", *match.span(), match[0])


def checksums_and_commits(text: str) -> Iterator[Spot]:
    """Forty hexadecimal digits are a commit, unless a checksum is spoken of; fewer only where a commit is."""
    previous = False, 0
    for match in _HEXADECIMAL.finditer(text):
        written, (start, end) = match[0], match.span()
        kind = _CHECKSUMS.get(len(written))
        before = text[max(0, start - _CONTEXT_COUNT) : start]
        # The second one of a range or a list.
        is_next = previous[0] and text[previous[1] : start].strip(" ,") in {"", "..", "...", "and", "or"}
        previous = False, end
        if written.isdigit() or written.isalpha():
            continue
        if len(written) <= 40 and kind != "md5":
            is_checksum = kind == "sha1" and _OF_A_CHECKSUM.search(before)
            if not is_checksum and (len(written) == 40 or is_next or _is_commit_spoken_of(before)):
                previous = True, end
                kind = "commit"
        if kind:
            yield Spot(kind, start, end, written.lower())


def _is_commit_spoken_of(before: str) -> bool:
    for word in reversed(before.split()[-4:]):
        bare = word.strip("()[]{}<>:;,.=\"'`@#/").lower()
        if bare in _OF_A_COMMIT:
            return True
        if bare not in _BETWEEN:
            return False
    return False
