"""`recent`: what was said here last."""

from datetime import UTC, datetime

import pytest

from services.bot.command import Answer
from services.bot.commands.recent import commands
from services.bot.rehearsal import RehearsalDesk, rehearse
from shared.contracts.documents import Document, DocumentItems, RecentDocuments
from shared.errors import Invalid
from tests.services.bot.samples import HOSTILE, a_document, is_one_line

[RECENT] = commands


async def answered(*newest_first: Document, words: str = "") -> Answer:
    def reply(query: RecentDocuments) -> DocumentItems:
        assert query.collection == "chat.console.general"
        return DocumentItems(items=newest_first[: query.limit])

    return await rehearse(RECENT, words, desk=RehearsalDesk({RecentDocuments: reply}))


async def test_the_oldest_comes_first() -> None:
    yesterday = datetime(2025, 12, 31, 23, 59, tzinfo=UTC)
    answer = await answered(
        a_document("4", text="hi"),
        a_document("3", kind="action", text="waves"),
        a_document("2", kind="joined", text=None),
        a_document("1", author=None, occurred_at=yesterday),
    )
    assert answer.lines == [
        "2025-12-31 23:59 <somebody> hello",
        "11:30 bob joined",
        "11:30 * bob waves",
        "11:30 <bob> hi",
    ]


async def test_the_question_itself_is_no_answer() -> None:
    question = a_document("2", author="ada", text="!recent   1")
    assert (await answered(question, a_document("1"), words="1")).lines == ["11:30 <bob> hello"]
    of_another = a_document("2", author="bob", text="!recent 1")
    assert (await answered(of_another, a_document("1"), words="1")).lines == ["11:30 <bob> !recent 1"]


async def test_nothing_was_said() -> None:
    assert (await answered()).lines == ["Nothing was said here before."]


@pytest.mark.parametrize("words", ["0", "51", "-1", "many", "9" * 5_000])
async def test_a_number_that_is_none(words: str) -> None:
    with pytest.raises(Invalid) as refused:
        await answered(words=words)
    assert "!recent [COUNT]" in refused.value.detail


@pytest.mark.parametrize("kind", [None, "action", "left", "topic", HOSTILE[:900]])
async def test_hostile_lines_are_harmless(kind: str | None) -> None:
    [line] = (await answered(a_document(text=HOSTILE, author=HOSTILE[:900], kind=kind))).lines
    assert is_one_line(line)
