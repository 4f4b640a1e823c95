"""What is counted of a document, as its body and its notes tell it.

Anyone may write annotations, so what a note holds is looked at before it is believed; what doesn't fit is left out.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

import orjson
from pydantic import JsonValue
from xxhash import xxh3_64_intdigest

from services.database.search.index import Json, Present
from shared.clock import to_milliseconds
from shared.contracts.house import is_kept_apart
from shared.fingerprints import PERMUTATIONS

WORDS_MAX = 8
WORD_LENGTH_MAX = 64
LANGUAGE_LENGTH_MAX = 16
CLUSTER_LENGTH_MAX = 200
# A signature in base64.
SIGNATURE_LENGTH = (4 * PERMUTATIONS + 2) // 3 * 4

# SQLite's whole numbers have a sign.
_STATE_BITS = (1 << 63) - 1
_NOTHING: Mapping[str, JsonValue] = {}


class Facts(NamedTuple):
    """Where there is nothing, it is empty."""

    id: str
    collection: str
    author: str
    # Milliseconds.
    created: int
    language: str
    words: tuple[str, ...]
    signature: str
    cluster: str
    # A digest of all this and the document's version, or of the whole document if it is the house's own.
    state: int


def facts_of(present: Present) -> Facts:
    document, notes = present.document, present.notes
    version = document["version"]
    language, signature, cluster = "", "", ""
    words: tuple[str, ...] = ()
    if notes:
        language = _language(_value(notes, "language", version))
        words = _words(_value(notes, "keywords", version))
        signature, cluster = _fingerprint(_value(notes, "fingerprint", version))
    author = document.get("author")
    held = (
        present.id,
        present.collection,
        author if isinstance(author, str) else "",
        milliseconds(str(document["created_at"])),
        language,
        words,
        signature,
        cluster,
    )
    made_of = (held, version, document) if is_kept_apart(present.collection) else (held, version)
    return Facts(*held, xxh3_64_intdigest(orjson.dumps(made_of)) & _STATE_BITS)


def state_of(present: Present) -> int:
    """The state in which a document has to be counted."""
    return facts_of(present).state


# All documents of a commit have the same.
@lru_cache(maxsize=4_096)
def milliseconds(moment: str) -> int:
    return to_milliseconds(datetime.fromisoformat(moment))


def _value(notes: Mapping[str, Json], step: str, version: JsonValue) -> Mapping[str, JsonValue]:
    """What this step found about the document as it is now."""
    note = notes.get(step)
    if note is None or note.get("version") != version:
        return _NOTHING
    value = note.get("value")
    return value if isinstance(value, dict) else _NOTHING


def _language(value: Mapping[str, JsonValue]) -> str:
    language = value.get("language")
    if isinstance(language, str) and len(language) <= LANGUAGE_LENGTH_MAX and language.isprintable():
        return language
    return ""


def _words(value: Mapping[str, JsonValue]) -> tuple[str, ...]:
    keywords = value.get("keywords")
    if not isinstance(keywords, list):
        return ()
    words = [
        word
        for keyword in keywords[:WORDS_MAX]
        if isinstance(keyword, dict)
        and isinstance(word := keyword.get("word"), str)
        and 0 < len(word) <= WORD_LENGTH_MAX
        and word.isprintable()
    ]
    return tuple(dict.fromkeys(words))


def _fingerprint(value: Mapping[str, JsonValue]) -> tuple[str, str]:
    signature, cluster = value.get("signature"), value.get("cluster")
    if not isinstance(signature, str) or len(signature) != SIGNATURE_LENGTH:
        return "", ""
    return signature, cluster if isinstance(cluster, str) and len(cluster) <= CLUSTER_LENGTH_MAX else ""
