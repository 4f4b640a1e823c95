"""`show`: one document, and what was noted about it."""

import pytest
from pydantic import JsonValue

from services.bot.command import Answer, Place
from services.bot.commands.show import commands
from services.bot.rehearsal import HERE, RehearsalDesk, rehearse
from shared.contracts.documents import Document, GetDocument
from shared.errors import Invalid, NotFound
from tests.services.bot.samples import HOSTILE, a_document, a_note, is_one_line

[SHOW] = commands


async def shown(document: Document | NotFound, words: str = "T-17", place: Place = HERE) -> Answer:
    return await rehearse(SHOW, words, desk=RehearsalDesk({GetDocument: document}), place=place)


async def test_all_of_it() -> None:
    notes = (
        a_note("language", {"language": "en", "confidence": 0.9, "script": "Latin"}),
        a_note("keywords", {"keywords": [{"word": f"word {number}", "score": 1.0} for number in range(8)]}),
        a_note("entities", {"entities": [{"kind": "email", "text": "ada@example.com"}] * 2}),
        a_note("summary", {"summary": "It jams.", "points": []}, status="degraded"),
    )
    document = a_document("T-17", title="Jam", tags=("red", "round"), collection="tickets", annotations=notes)
    assert (await shown(document)).lines == [
        "T-17 · Jam · by bob · 2026-01-01 11:30 UTC · in tickets · tags red and round",
        "hello",
        "language en · about word 0, word 1, word 2, word 3, word 4, word 5 and 2 more · mentions ada@example.com",
        "summary: It jams.",
    ]


async def test_only_what_was_said_of_this_version() -> None:
    notes = (
        a_note("summary", {"summary": "It was another."}),
        a_note("language", {"language": "en"}, version=2, status="failed"),
    )
    bare = a_document("T-17", text=None, author=None, version=2, annotations=notes)
    assert (await shown(bare)).lines == ["T-17 · 2026-01-01 11:30 UTC · in chat.console.general"]


@pytest.mark.parametrize("collection", ["chat.irc.@bob", "postil.audit", "postil.roles"])
async def test_what_may_not_be_read_is_not_there(collection: str) -> None:
    said: list[str] = []
    for reply in (a_document("T-17", collection=collection), NotFound("there is no document 'T-17' in the store")):
        with pytest.raises(NotFound) as missing:
            await shown(reply)
        said.append(missing.value.detail)
    assert said == ["There is no document T-17."] * 2


async def test_an_own_conversation_is_read_there() -> None:
    answer = await shown(a_document("T-17", collection="chat.irc.@ada"), place=Place("irc", "@ada"))
    assert answer.lines[1] == "hello"


@pytest.mark.parametrize(("kind", "private"), [("password", True), ("email", False), ("phone", False), (None, True)])
async def test_secrets_are_told_in_private(kind: str | None, private: bool) -> None:
    note = a_note("secrets", {"secrets": [{"kind": kind}]}, version=7)
    assert (await shown(a_document("T-17", annotations=(note,)))).private is private


@pytest.mark.parametrize(
    "value", [None, 7, [], {}, {"language": 7}, {"keywords": 7}, {"keywords": [7, {"word": 7}]}, {"secrets": {}}]
)
async def test_notes_of_strangers_may_be_anything(value: JsonValue) -> None:
    steps = ("language", "keywords", "entities", "summary", "secrets")
    answer = await shown(a_document("T-17", annotations=tuple(a_note(step, value) for step in steps)))
    assert (len(answer.lines), answer.private) == (2, False)


async def test_a_hostile_document_is_harmless() -> None:
    notes = (
        a_note("summary", {"summary": HOSTILE}),
        a_note("keywords", {"keywords": [{"word": HOSTILE}, {"word": "x"}]}),
        a_note("entities", {"entities": [{"text": HOSTILE}]}),
        a_note("language", {"language": HOSTILE}),
    )
    document = a_document(
        HOSTILE[:190], title=HOSTILE[:900], author=HOSTILE[:900], text=HOSTILE, tags=(HOSTILE[:190],), annotations=notes
    )
    lines = (await shown(document)).lines
    assert len(lines) == 4
    assert all(map(is_one_line, lines))


@pytest.mark.parametrize("words", ["", "x" * 201])
async def test_no_id(words: str) -> None:
    with pytest.raises(Invalid) as refused:
        await shown(a_document(), words)
    assert "!show ID" in refused.value.detail
