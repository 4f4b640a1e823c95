"""What is typed behind a command's word becomes its arguments, or a sentence for whoever typed it."""

import re
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Annotated, Literal

import pytest
from pydantic import AfterValidator, Field, ValidationInfo

from services.bot.arguments import Name, Rest, Span, When, check_signature, read_arguments, usage_of
from services.bot.command import Call, Command, Place, Work
from services.bot.rehearsal import ADA, HERE, MOMENT, RehearsalDesk
from shared.errors import Invalid


async def recent(call: Call, count: Annotated[int, Field(ge=1, le=20)] = 5) -> str:
    return ""


async def remind(call: Call, who: Name, when: When, text: Rest) -> str:
    return ""


async def everything(
    call: Call,
    action: Literal["add", "Get", 3],
    factor: float | None = None,
    loud: bool = False,
    span: Span | None = None,
    text: Rest | None = None,
) -> str:
    return ""


async def either(call: Call, id_: int | Literal["all"], since_when: str = "") -> str:
    return ""


def _doubled(word: str) -> str:
    raise ValueError(f"{word} and {word} once more.")


def _of_the_caller(word: str, info: ValidationInfo[Call]) -> str:
    return f"{word} of {info.context.who.name}"


async def strange(call: Call, word: Annotated[str, AfterValidator(_doubled)]) -> str:
    return ""


async def knowing(call: Call, word: Annotated[str, AfterValidator(_of_the_caller)]) -> str:
    return ""


def read(work: Work, words: str, prefix: str = "!", place: Place = HERE) -> dict[str, object]:
    command = Command(work.__name__, "", work)
    return read_arguments(
        command, Call(RehearsalDesk(prefix=prefix), "main", place, ADA, MOMENT, Random(1), command, words)
    )


def refused(work: Work, words: str) -> str:
    """What is said, without the usage that it ends with."""
    with pytest.raises(Invalid) as caught:
        read(work, words)
    said, _, usage = caught.value.detail.partition(". Usage: ")
    assert usage == usage_of(Command(work.__name__, "", work))
    return said


def at(hour: int, minute: int = 0, day: int = 1, month: int = 1) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def test_words_are_read_by_the_annotations_and_what_is_left_out_has_its_default() -> None:
    assert read(recent, "") == {}
    assert read(recent, " 7 ") == {"count": 7}
    assert read(remind, '@bob 10m  look at "this"  twice ') == {
        "who": "bob",
        "when": MOMENT + timedelta(minutes=10),
        "text": 'look at "this"  twice',
    }
    assert read(everything, "ADD 1.5 yes 1h30m so be it") == {
        "action": "add",
        "factor": 1.5,
        "loud": True,
        "span": timedelta(minutes=90),
        "text": "so be it",
    }
    assert [read(everything, word)["action"] for word in ("get", "3")] == ["Get", 3]
    assert [read(either, word)["id_"] for word in ("12", "All")] == [12, "all"]


def test_quotes_make_one_argument_of_several_words_and_an_unclosed_one_is_text() -> None:
    assert read(either, '1 "a b"  ') == {"id_": 1, "since_when": "a b"}
    assert read(either, '1 ""') == {"id_": 1, "since_when": ""}
    assert read(either, '1 "a') == {"id_": 1, "since_when": '"a'}
    assert read(either, "1 don't") == {"id_": 1, "since_when": "don't"}
    assert refused(either, '1 "a b') == "There are too many words"
    assert refused(either, '1 "a b"c') == "There are too many words"


@pytest.mark.parametrize(
    ("work", "words", "said"),
    [
        (recent, "21", "COUNT: should be at most 20"),
        (recent, "0", "COUNT: should be at least 1"),
        (recent, "some", "COUNT: should be a whole number"),
        (recent, "2.5", "COUNT: should be a whole number"),
        (recent, "\u0663", "COUNT: should be a whole number"),
        (recent, "9" * 5_000, "COUNT: should be a whole number that is much smaller"),
        (recent, "1 2", "There are too many words"),
        (remind, "", "WHO is missing"),
        (remind, "ada", "WHEN is missing"),
        (remind, "ada 5m ", "TEXT is missing"),
        (remind, "@ 5m x", "WHO: should be somebody's name"),
        (remind, "a\x00b 5m x", "WHO: should be somebody's name"),
        (remind, "a\u202eb 5m x", "WHO: should be somebody's name"),
        (remind, f"{'a' * 101} 5m x", "WHO: should be somebody's name"),
        (everything, "drop", "ACTION: should be add, Get or 3"),
        (everything, "add nan", "FACTOR: should be a number"),
        (everything, "add 1e400", "FACTOR: should be a number"),
        (everything, "add 1 maybe", "LOUD: should be yes or no"),
        (either, "some", "ID: should be a whole number, or should be all"),
    ],
)
def test_what_does_not_fit_is_told_in_one_sentence(work: Work, words: str, said: str) -> None:
    assert refused(work, words) == said


def test_the_usage_shows_what_may_be_left_out_and_ends_each_refusal() -> None:
    usages = {work: usage_of(Command(work.__name__, "", work), "+") for work in (recent, remind, everything, either)}
    assert usages == {
        recent: "+recent [COUNT]",
        remind: "+remind WHO WHEN TEXT\u2026",
        everything: "+everything add|get|3 [FACTOR] [LOUD] [SPAN] [TEXT\u2026]",
        either: "+either ID|all [SINCE-WHEN]",
    }
    with pytest.raises(Invalid, match=re.escape("COUNT: should be at most 20. Usage: +recent [COUNT]")):
        read(recent, "21", "+")


def test_the_usage_needs_no_prefix_where_a_line_needs_none() -> None:
    with pytest.raises(Invalid, match=r"Usage: recent \[COUNT\]"):
        read(recent, "21", place=Place("irc", "@ada"))


@pytest.mark.parametrize(
    ("word", "seconds"),
    [
        ("90s", 90),
        ("10M", 600),
        ("2h", 7_200),
        ("3d", 259_200),
        ("1w", 604_800),
        ("1h30m", 5_400),
        ("1w1d1h1m1s", 694_861),
    ],
)
def test_a_span_of_time(word: str, seconds: int) -> None:
    assert read(everything, f"add 1 no {word}")["span"] == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "word", ["", "0s", "10", "m", "30m1h", "1h1h", "-1h", "1.5h", "\u0661h", "9" * 5_000 + "s", "1h" * 9_999]
)
def test_what_is_no_span_of_time(word: str) -> None:
    assert refused(everything, f'add 1 no "{word}"') == "SPAN: should be a span of time, as in 90s, 10m, 1h30m or 3d"


def test_a_span_has_an_end() -> None:
    assert refused(everything, "add 1 no 3661d") == "SPAN: should be at most ten years"
    assert refused(remind, "ada 9999999w x") == "WHEN: should be at most ten years"


@pytest.mark.parametrize(
    ("word", "moment"),
    [
        ("1h30m", at(13, 30)),
        ("18:30", at(18, 30)),
        ("9:05", at(9, 5, day=2)),
        ("12:00", at(12, 0, day=2)),
        ("2026-02-03", at(0, day=3, month=2)),
        ("2026-02-03T04:05", at(4, 5, day=3, month=2)),
        ("2026-02-03T04:05Z", at(4, 5, day=3, month=2)),
        ('"2026-02-03 04:05+02:00"', at(2, 5, day=3, month=2)),
    ],
)
def test_a_moment_is_in_utc(word: str, moment: datetime) -> None:
    when = read(remind, f"ada {word} x")["when"]
    assert when == moment
    assert isinstance(when, datetime)
    assert when.tzinfo is UTC


@pytest.mark.parametrize(
    "word",
    ['""', "noon", "24:00", "12:60", "2026-02-30", "0001-01-01T00:00+05:00", "9" * 5_000, "2026-02-03" + "T" * 99],
)
def test_what_is_no_moment(word: str) -> None:
    assert (
        refused(remind, f"ada {word} x")
        == "WHEN: should be a time, as in 10m, 18:30, 2026-01-31 or 2026-01-31T18:30 (UTC)"
    )


def test_a_huge_word_is_not_said_again() -> None:
    said = refused(strange, "\x1b[31m" + "x" * 1_000_000)
    assert len(said) < 120
    assert said.startswith("WORD: \u241b[31mxxx")
    assert said.endswith("once more")
    assert len(refused(remind, "@everyone " + "\u202e" * 1_000_000)) < 120
    assert read(remind, "ada 5m " + "x" * 1_000_000)["text"] == "x" * 1_000_000


def test_an_annotation_may_look_at_the_call() -> None:
    assert read(knowing, "hat") == {"word": "hat of ada"}


def not_async(call: Call) -> str:
    return ""


async def nothing_taken() -> str:
    return ""


async def call_by_name(*, call: Call) -> str:
    return ""


async def many(call: Call, *words: str) -> str:
    return ""


async def after_the_rest(call: Call, text: Rest, count: int = 1) -> str:
    return ""


async def needed_later(call: Call, *, count: int = 1, who: Name) -> str:
    return ""


async def not_readable(call: Call, what: Random) -> str:
    return ""


async def unknown_type(call: Call, what: "Nowhere") -> str:  # type: ignore[name-defined]  # noqa: F821  that is the test
    return ""


async def no_annotation(call, what):  # type: ignore[no-untyped-def]  # that is the test
    return ""


@pytest.mark.parametrize(
    ("work", "because"),
    [
        (not_async, "not an `async def`"),
        (nothing_taken, "does not take the call"),
        (call_by_name, "does not take the call first"),
        (many, "'words' can't be given by its name"),
        (after_the_rest, "'text' takes the rest of the line"),
        (needed_later, "'count' before it can't be"),
        (not_readable, "'what' can't be read from a line"),
        (unknown_type, "can't be understood: name 'Nowhere'"),
        (no_annotation, "'what' has no annotation"),
    ],
)
def test_a_signature_that_no_line_fits_is_refused_when_it_is_loaded(work: Work, because: str) -> None:
    with pytest.raises(TypeError, match=re.escape(because)):
        check_signature(Command("word", "help", work))
