"""What of a document is indexed, and how one sees that it is another."""

import pytest
from pydantic import JsonValue

from services.database.search.language.syntax import Is, Word
from services.database.search.text.entries import entry_of, language_of, state_of
from services.database.search.text.index import TextIndex
from tests.services.database.search.text.ground import found, note, present, spoken_in, told


def test_state_is_of_what_is_indexed() -> None:
    first = present(1, "text", title="t", author="ada", data={"a": 1}, notes=spoken_in("en"))
    assert state_of(first) == state_of(
        present(1, "text", title="t", author="ada", data={"a": 1}, notes=spoken_in("en"))
    )
    others = [
        present(2, "text", title="t", author="ada", data={"a": 1}, notes=spoken_in("en")),
        present(1, "text", title="t", author="ada", data={"a": 2}, notes=spoken_in("en")),
        present(1, "text", title="t", author="bob", data={"a": 1}, notes=spoken_in("en")),
        present(1, "other", title="t", author="ada", data={"a": 1}, notes=spoken_in("en")),
        present(1, "text", title="t", author="ada", data={"a": 1}, notes=spoken_in("de")),
        present(1, "text", title="t", author="ada", data={"a": 1}),
    ]
    assert len({state_of(first), *map(state_of, others)}) == len(others) + 1
    # A note of another step, or an expiry, isn't in the index.
    assert state_of(present(1, "x", notes={"stats": note({"n": 1})}, ttl_seconds=5)) == state_of(present(1, "x"))


@pytest.mark.parametrize(
    ("value", "version", "language"),
    [
        ({"language": "de"}, 1, "de"),
        ({"language": "DE"}, 1, "de"),
        ({"language": "de"}, 2, None),
        ({"language": None}, 1, None),
        ({"language": ""}, 1, None),
        ({"language": 7}, 1, None),
        (["de"], 1, None),
        (None, 1, None),
    ],
)
def test_language_is_that_of_this_version(value: JsonValue, version: int, language: str | None) -> None:
    document = present(1, "Häuser", notes={"language": note(value, version)})
    assert language_of(document) == language
    assert ("stems_german" in entry_of(document)) is (language == "de")


def test_entities_are_found_however_they_are_written(index: TextIndex) -> None:
    one: JsonValue = {
        "kind": "url",
        "text": "HTTP://Example.org",
        "value": "HTTP://Example.org",
        "field": "text",
        "span": [0, 9],
    }
    told(
        index,
        present(1, "x", notes={"entities": note({"entities": [one, one, {"kind": "host", "value": "db-7"}]})}),
        present(
            2, "x", notes={"entities": note({"entities": [{"kind": 4, "value": "db-7"}, {"value": 4}, "z", None]})}
        ),
        present(3, "x", notes={"entities": note(["db-7"])}),
        present(4, "x", notes={"entities": note({"entities": "db-7"})}),
        present(5, "x", notes={"entities": note({"entities": [{"kind": "host", "value": "db-7"}]}, version=9)}),
    )
    assert found(index, Is("entity", "http://example.ORG")) == [1]
    assert found(index, Is("entity", "url:http://example.org")) == [1]
    assert found(index, Is("entity", "DB-7")) == [1, 2]
    assert found(index, Is("entity", "host:db-7")) == [1]
    assert found(index, Is("entity", "url:", beginning=True)) == [1]


def test_what_is_missing_is_missing() -> None:
    entry = entry_of(present(1, None, title=None, author=None, tags=[]))
    assert set(entry) == {"no", "id", "collection", "created", "updated", "occurred"}
    assert entry["occurred"] == entry["created"]


@pytest.mark.parametrize(
    "text",
    [
        "a" * 2**20,
        "a " * 2**16,
        "\0" * 2**20,
        "漢" * 2**16,
        "e\u0301" * 2**16,
        "\u202eevil\u202c \U0001f468\u200d\U0001f469",
    ],
    ids=["one word", "one letter", "nothing", "han", "accents", "directions"],
)
def test_hostile_text_is_indexed(index: TextIndex, text: str) -> None:
    told(index, present(1, text + " needle", title=text[:1000], notes=spoken_in("en")), present(2, "needle"))
    assert found(index, Word("needle")) == [1, 2]
    assert index.search(Word(text[:900]), limit=5).total in (0, 1)
