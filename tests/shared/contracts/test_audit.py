"""The audit's chain: whoever alters, removes or puts in an entry is found out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from shared.contracts.audit import (
    NOTHING_YET,
    AuditEntry,
    Link,
    chained,
    entry_id,
    entry_number,
    entry_of,
    flaws,
    hash_of,
    kept_as,
    newest,
)
from shared.contracts.documents import Document
from tests.shared.contracts.audit_entries import COUNT, MOMENT, chain, document_of, documents, facts

HOSTILE = (
    "x" * 2**20, "\u202egnp.exe\u200b", "a\x00b\r\nc\x1b[31m", "@everyone", '"never closed', "9" * 5_000, "a*b . c", ""
)  # fmt: skip


def with_data(document: Document, **altered: JsonValue) -> Document:
    assert isinstance(document.data, dict)
    return document.model_copy(update={"data": {**document.data, **altered}})


def without(document: Document, name: str) -> Document:
    assert isinstance(document.data, dict)
    return document.model_copy(update={"data": {key: value for key, value in document.data.items() if key != name}})


def sentences(found: Sequence[Document]) -> list[str]:
    return [flaw.sentence for flaw in flaws(found)]


def test_a_chain_as_it_was_written_has_no_flaws() -> None:
    entries = chain()
    assert sentences(documents()) == []
    assert [entry.number for entry in entries] == list(range(1, COUNT + 1))
    assert [entry.previous for entry in entries] == ["", *(entry.hash for entry in entries[:-1])]
    assert len({entry.hash for entry in entries}) == COUNT


FIELDS = sorted(AuditEntry.model_fields)


@pytest.mark.parametrize("place", [0, 2, COUNT - 1])
@pytest.mark.parametrize("field", FIELDS)
def test_each_field_of_an_entry_is_guarded(field: str, place: int) -> None:
    found = documents()
    for altered in (with_data(found[place], **{field: "0" * 64}), with_data(found[place], **{field: 3.5})):
        assert any(f"ntry {place + 1}" in each for each in sentences([*found[:place], altered, *found[place + 1 :]]))
    if not (field == "previous" and place == 0):
        removed = without(found[place], field)
        assert sentences([*found[:place], removed, *found[place + 1 :]])


def test_a_field_that_nobody_knows_is_guarded_too() -> None:
    found = documents()
    found[1] = with_data(found[1], comment="allowed by me")
    assert sentences(found) == ["Entry 2 is not as it was written: its hash does not fit."]


@pytest.mark.parametrize(
    ("altered", "sentence"),
    [
        ({"author": "eve"}, "The document of entry 3 names another author than the entry."),
        ({"version": 2}, "Entry 3 is at version 2: it was written more than once."),
        ({"id": "postil.audit.x"}, "Document postil.audit.x is no entry of the audit."),
        ({"data": None}, f"Document {entry_id(3)} is no entry of the audit."),
        ({"data": [1]}, f"Document {entry_id(3)} is no entry of the audit."),
    ],
)
def test_a_document_around_an_entry_is_guarded(altered: dict[str, object], sentence: str) -> None:
    found = documents()
    found[2] = found[2].model_copy(update=altered)
    assert sentences(found)[0] == sentence


@dataclass(frozen=True)
class Tampering:
    name: str
    work: Callable[[list[Document]], Sequence[Document]]
    told: Sequence[str]


def _renumbered(document: Document, number: int, previous: str) -> Document:
    """By somebody who knows how a chain is made."""
    altered = with_data(document, number=number, previous=previous)
    signed = with_data(altered, hash=hash_of(altered.data))
    return signed.model_copy(update={"id": entry_id(number)})


def _hash(document: Document) -> str:
    assert isinstance(document.data, dict)
    return str(document.data["hash"])


TAMPERINGS = [
    Tampering("the first is gone", lambda them: them[1:], ["Entry 1 is missing."]),
    Tampering("one is gone", lambda them: [*them[:2], *them[3:]], ["Entry 3 is missing."]),
    Tampering("some are gone", lambda them: [*them[:1], *them[4:]], ["Entries 2 to 4 are missing."]),
    Tampering(
        "two in another order",
        lambda them: [*them[:2], them[3], them[2], *them[4:]],
        ["Entry 3 is missing.", "Entry 3 was written after entry 4, out of its turn."],
    ),
    Tampering(
        "two have changed their contents",
        lambda them: [
            them[0],
            them[1].model_copy(update={"data": them[2].data}),
            them[2].model_copy(update={"data": them[1].data}),
            *them[3:],
        ],
        [
            "Entry 2 says that it is another one.",
            "Entry 2 does not follow entry 1: one of them was altered or replaced.",
            "Entry 3 says that it is another one.",
            "Entry 3 does not follow entry 2: one of them was altered or replaced.",
            "Entry 4 does not follow entry 3: one of them was altered or replaced.",
        ],
    ),
    Tampering(
        "one twice",
        lambda them: [*them[:3], them[2], *them[3:]],
        ["Entry 3 was written after entry 3, out of its turn."],
    ),
    Tampering(
        "one that was put in, with all behind it moved",
        lambda them: [
            them[0],
            _renumbered(them[4], 2, _hash(them[0])),
            *(_renumbered(each, number, _hash(each)) for number, each in enumerate(them[1:], start=3)),
        ],
        [f"Entry {number} does not follow entry {number - 1}: one of them was altered or replaced."
         for number in range(3, COUNT + 2)],
    ),
    Tampering(
        "one that was replaced and signed anew",
        lambda them: [*them[:2], _renumbered(with_data(them[2], detail="nothing"), 3, _hash(them[1])), *them[3:]],
        ["Entry 4 does not follow entry 3: one of them was altered or replaced."],
    ),
    Tampering(
        "a first one that follows another",
        lambda them: [_renumbered(them[0], 1, "0" * 64)],
        ["Entry 1 follows another one, and should be the first."],
    ),
    Tampering(
        "a number far away",
        lambda them: [*them, _renumbered(them[0], 10**12 - 1, _hash(them[-1]))],
        [f"Entries {COUNT + 1} to {10**12 - 2} are missing."],
    ),
]  # fmt: skip


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda each: each.name)
def test_tampering_is_told_in_a_sentence_each(tampering: Tampering) -> None:
    assert sentences(tampering.work(documents())) == tampering.told


def test_what_is_too_long_is_cut_with_a_mark() -> None:
    long = "é" * 2**20
    deep: JsonValue = "end"
    for _ in range(100):
        deep = [deep]
    entry = chained(
        facts(long, author=long, account=long, arguments=long, detail=long, before=long, after=deep), NOTHING_YET
    )
    assert len(entry.encode()) < 32_000
    assert entry.arguments == "é" * 1_000 + "… (cut, of 1048576 characters)"
    assert "too deep" in str(entry.after)
    assert sentences([document_of(entry)]) == []


def test_a_number_that_json_may_write_in_two_ways_becomes_a_text() -> None:
    given = [0.1, 1.0, float("nan"), 2**53, 10**30, 10**5_000, -(2**53) + 1, True, None]
    entry = chained(facts(before=given, duration_ms=1e300), NOTHING_YET)
    assert entry.before == [
        "0.1", "1.0", "nan", str(2**53), str(10**30), "(a number too large to be kept)", -(2**53) + 1, True, None,
    ]  # fmt: skip
    assert entry.duration_ms == 2**53 - 1
    assert b"." not in orjson.dumps(kept_as(chained(facts(detail="", account=None, at=MOMENT), NOTHING_YET)))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_survive_as_they_were_typed(text: str) -> None:
    said = facts(text, author=text, arguments=text, before={text: [text]}, after=text)
    entry = chained(said, NOTHING_YET)
    document = document_of(entry)
    assert sentences([document]) == []
    assert entry_of(document) == entry
    assert entry.arguments.startswith(text[:1_000].replace("\0", "␀"))


VALUES: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=20,
)


@settings(max_examples=40)
@given(VALUES, VALUES, st.text(st.characters(codec="utf-8")))
def test_whatever_is_recorded_is_read_as_it_was_written(before: JsonValue, after: JsonValue, text: str) -> None:
    first = chained(facts(before=before, after=after, arguments=text), NOTHING_YET)
    second = chained(facts(before=after, author=text), Link(first.number, first.hash), missed=1)
    found = [document_of(first), document_of(second)]
    assert sentences(found) == []
    assert [entry_of(each) for each in found] == [first, second]


def test_the_hash_is_what_the_documentation_says() -> None:
    kept: JsonValue = {"b": "ü", "a": [1, None], "hash": "anything"}
    # Made with another program: printf '{"a":[1,null],"b":"ü"}' | sha256sum
    assert hash_of(kept) == "99d384bcceb172977f6eaf4ef3a0327d9228fb58de31d042ba9c21853129253a"


def test_an_id_and_a_number_belong_together() -> None:
    assert entry_id(7) == "postil.audit.000000000007"
    assert [entry_number(entry_id(number)) for number in (1, 10**12 - 1)] == [1, 10**12 - 1]
    assert {entry_number(id) for id in ("postil.audit.7", entry_id(0), "x", f"{entry_id(1)}\n", entry_id(10**12))} == {
        None
    }


def test_the_newest_is_rather_one_that_follows_another() -> None:
    found = documents()[::-1]
    forged = _renumbered(found[0], 900, "0" * 64)
    torn = with_data(found[0], detail="another")
    assert newest([]) is None
    assert newest(found) == entry_of(found[0])
    assert newest([forged, *found]) == entry_of(found[0])
    assert newest([torn, *found[1:]]) == entry_of(found[1])
    assert newest([forged]) == entry_of(forged)


def test_whose_an_entry_is_does_not_depend_on_large_and_small() -> None:
    assert [facts().is_by(name) for name in ("ADA", "Ada.L", "bob", "")] == [True, True, False, False]
    assert not facts(account=None).is_by("")
