"""`similar`: what resembles a document, or a text."""

import pytest

from services.bot.commands.similar import commands
from services.bot.rehearsal import RehearsalDesk, rehearse
from shared.contracts.documents import GetDocument
from shared.contracts.search import Found, Similar
from shared.errors import NotFound
from tests.services.bot.samples import HOSTILE, a_document, a_hit, is_one_line

[SIMILAR] = commands
ALIKE = Found(hits=(a_hit("other", text="alike"),), total=1)


async def asked(words: str, desk: RehearsalDesk) -> Similar:
    await rehearse(SIMILAR, words, desk=desk)
    question = desk.asked[-1]
    assert isinstance(question, Similar)
    return question


async def test_of_a_text() -> None:
    desk = RehearsalDesk({Similar: ALIKE})
    answer = await rehearse(SIMILAR, "the printer  eats", desk=desk)
    assert answer.lines == ["What resembles it most:", "other · bob · 2026-01-01 11:30 UTC · alike"]
    assert desk.asked == [Similar(text="the printer  eats", limit=50)]


async def test_of_a_document() -> None:
    question = await asked("T-17", RehearsalDesk({Similar: ALIKE, GetDocument: a_document("T-17")}))
    assert (question.id, question.text) == ("T-17", None)


@pytest.mark.parametrize(
    "there", [NotFound("there is no document 'T-17'"), a_document("T-17", collection="chat.irc.@bob")]
)
async def test_one_that_may_not_be_read_is_a_text_like_any_other(there: object) -> None:
    question = await asked("T-17", RehearsalDesk({Similar: ALIKE, GetDocument: there}))
    assert (question.id, question.text) == (None, "T-17")


async def test_a_long_word_is_a_text() -> None:
    assert (await asked("x" * 201, RehearsalDesk({Similar: ALIKE}))).text == "x" * 201


async def test_nothing_resembles_it() -> None:
    nothing = Found(hits=(), total=0, degraded=("nobody answers: compared the words only",))
    answer = await rehearse(SIMILAR, "a b", desk=RehearsalDesk({Similar: nothing}))
    assert answer.lines == ["Nothing resembles it (by words alone, because meanings can't be compared just now)."]


async def test_what_may_not_be_read_is_left_out_and_the_hostile_is_harmless() -> None:
    private = a_hit("private", collection="chat.irc.@bob")
    found = Found(hits=(private, a_hit("hostile", text=HOSTILE)), total=2)
    lines = (await rehearse(SIMILAR, "a b", desk=RehearsalDesk({Similar: found}))).lines
    assert [line.partition(" ")[0] for line in lines] == ["What", "hostile"]
    assert is_one_line(lines[1])
