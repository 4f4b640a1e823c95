"""The summary without a model: sentences that stand where it says, that say what matters, whatever the text is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analysis.extracts import CHARACTERS_MAX, SENTENCES_MAX, TEXT_COUNT_MAX, extract

OUTAGE = (
    "Good morning all. The payment service was down for 40 minutes on Tuesday. A deploy at 14:02 pointed the payment "
    "service to the old database. The old database refuses writes, so every payment failed. Lunch was late again. "
    "We noticed because a customer called. Thanks to everyone who helped! It rained. Bob has got a new red bicycle."
)


def shown(text: str, title: str | None = None, *keywords: str, sentences_max: int = SENTENCES_MAX) -> list[str]:
    spans = extract(text, title=title, keywords=keywords, sentences_max=sentences_max)
    return [text[start:end] for start, end in spans]


def test_it_takes_what_the_text_is_about_and_leaves_the_small_talk() -> None:
    assert shown(OUTAGE) == [
        "The payment service was down for 40 minutes on Tuesday.",
        "A deploy at 14:02 pointed the payment service to the old database.",
        "The old database refuses writes, so every payment failed.",
    ]


def test_a_title_and_keywords_say_what_matters() -> None:
    assert shown(OUTAGE, "New red bicycle", sentences_max=1) == ["Bob has got a new red bicycle."]
    assert shown(OUTAGE, None, "customer", "noticed", sentences_max=1) == ["We noticed because a customer called."]


def test_it_does_not_say_the_same_again() -> None:
    said = "The payment service was down for forty minutes on Tuesday."
    again = "On Tuesday the payment service was down for forty minutes."
    assert len(shown(f"{said} {again} {said} Nobody was told about the plan for today.")) == 2


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("昨天支付服务中断了四十分钟。大家早上好\uff01旧数据库拒绝写入\uff0c所有支付都失败了。", 3),
        ("भुगतान सेवा मंगलवार को चालीस मिनट बंद रही। पुराना डेटाबेस लिखने से मना करता है।", 2),
        (
            "كانت خدمة الدفع متوقفة أربعين دقيقة الثلاثاء. هل نعرف السبب الحقيقي لذلك؟ قاعدة البيانات القديمة ترفض.",
            3,
        ),
        ("ระบบชำระเงินหยุดทำงานสี่สิบนาทีเมื่อวันอังคาร", 1),
        ("- the first of all the points\n- another one is this second\n\n- and finally a third thing", 3),
        ("See e.g. the manual at 10.0.0.1 or v1.2.3 of it", 1),
    ],
)
def test_sentences_of_many_scripts_are_told_apart(text: str, count: int) -> None:
    assert len(shown(text, sentences_max=9)) == count


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(max_size=20), st.lists(st.text(), max_size=3))
def test_spans_are_in_order_in_the_text_and_within_the_limits(text: str, title: str, keywords: list[str]) -> None:
    spans = extract(text, title=title, keywords=keywords)
    flat = [position for span in spans for position in span]
    assert flat == sorted(flat)
    assert all(text[start:end].strip() == text[start:end] != "" for start, end in spans)
    assert len(spans) <= SENTENCES_MAX
    assert sum(end - start for start, end in spans) <= CHARACTERS_MAX
    assert bool(spans) or not any(character.isalnum() for character in text)


@pytest.mark.parametrize("part", ["a", ".", '"', "a. ", "\n", "。", "ก", "\x00", " ", "a b ", "…?", "\u202e", "👩‍👧"])
def test_a_megabyte_of_anything_is_no_trouble(part: str) -> None:
    text = part * (1024 * 1024 // len(part.encode()))
    assert all(end <= TEXT_COUNT_MAX for _, end in extract(text, title=text[:1_000]))


def test_the_same_text_gives_the_same_extract() -> None:
    assert len({extract(OUTAGE, title="Payment", keywords=["database"]) for _ in range(3)}) == 1
