"""`feedback`: a thumb or stars, for a document or for what a step has made of it."""

import pytest

from services.bot.command import Person, Place
from services.bot.commands.feedback import commands
from services.bot.rehearsal import ADA, RehearsalDesk, rehearse
from shared.contracts.documents import GetDocument
from shared.contracts.feedback import GiveFeedback
from shared.contracts.saving import Saved
from shared.errors import Invalid, NotFound
from tests.services.bot.samples import HOSTILE, a_document, is_one_line

[FEEDBACK] = commands


def desk_with(outcome: str = "created") -> RehearsalDesk:
    return RehearsalDesk({GiveFeedback: Saved.model_validate({"outcome": outcome}), GetDocument: a_document("T-17")})


@pytest.mark.parametrize(
    ("words", "given", "said"),
    [
        ("T-17 +1", {"thumb": "up"}, "Noted for T-17: +1."),
        ("T-17 -1", {"thumb": "down"}, "Noted for T-17: -1."),
        ("T-17 1", {"stars": 1}, "Noted for T-17: 1."),
        ("T-17 5 summary", {"stars": 5, "step": "summary"}, "Noted for summary of T-17: 5."),
    ],
)
async def test_a_mark_is_given(words: str, given: dict[str, object], said: str) -> None:
    desk = desk_with()
    answer = await rehearse(FEEDBACK, words, desk=desk)
    assert answer.lines == [said]
    assert answer.after == {"id": "T-17", "step": given.get("step"), "mark": words.split()[1]}
    assert desk.asked[1:] == [GiveFeedback.model_validate({"id": "T-17", "author": "ada@console", **given})]


@pytest.mark.parametrize(
    ("who", "author"),
    [(ADA, "ada@libera"), (Person("Ada"), "ada@libera"), (Person("x", "Ada-L", "h"), "account:ada-l@libera")],
)
async def test_whose_it_is(who: Person, author: str) -> None:
    desk = desk_with()
    await rehearse(FEEDBACK, "T-17 +1", desk=desk, who=who, place=Place("libera", "#python"))
    _, asked = desk.asked
    assert isinstance(asked, GiveFeedback)
    assert asked.author == author


async def test_a_name_may_be_absurd() -> None:
    desk = desk_with()
    await rehearse(FEEDBACK, "T-17 +1", desk=desk, who=Person("x" * 1_000))
    _, asked = desk.asked
    assert isinstance(asked, GiveFeedback)
    assert asked.author == "x" * 200 + "@console"


async def test_whoever_says_it_again_has_changed_his_mind() -> None:
    answer = await rehearse(FEEDBACK, "T-17 -1", desk=desk_with("updated"))
    assert answer.lines == ["Noted for T-17: -1 in place of what you have said before."]


@pytest.mark.parametrize(
    "words",
    ["", "T-17", "T-17 0", "T-17 6", "T-17 +2", "T-17 " + "9" * 5_000, "T-17 5 Sum;mary", "x" * 201 + " 5", HOSTILE],
)
async def test_what_makes_no_sense_is_refused(words: str) -> None:
    desk = desk_with()
    with pytest.raises(Invalid) as refused:
        await rehearse(FEEDBACK, words, desk=desk)
    assert is_one_line(refused.value.detail)
    assert desk.asked == []


@pytest.mark.parametrize(
    "there",
    [
        NotFound("there is no document 'T-99'"),
        a_document("T-99", collection="chat.libera.@bob"),
        a_document("T-99", collection="postil.claims"),
    ],
)
async def test_of_what_is_not_there_or_not_for_them_nothing_is_noted(there: object) -> None:
    desk = RehearsalDesk({GetDocument: there})
    with pytest.raises(NotFound) as refused:
        await rehearse(FEEDBACK, "T-99 +1", desk=desk)
    assert refused.value.detail == "There is no document T-99."
