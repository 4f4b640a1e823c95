"""Documents to try a step with, and what it makes of them."""

from datetime import UTC, datetime
from typing import cast

from pydantic import JsonValue

from services.analysis.step import Finding, Step
from shared.contracts.documents import Document

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
Members = dict[str, JsonValue]


def document(text: str | None, title: str | None = None) -> Document:
    return Document(
        id="a",
        tenant="main",
        collection="notes",
        title=title,
        text=text,
        version=1,
        seq=1,
        created_at=MOMENT,
        updated_at=MOMENT,
    )


def found_by(step: Step, text: str | None, title: str | None = None) -> JsonValue | Finding:
    assert step.annotate is not None
    return step.annotate(document(text, title))


def value_of(step: Step, text: str | None, title: str | None = None) -> Members:
    value = found_by(step, text, title)
    assert isinstance(value, dict)
    return value


def listed(step: Step, name: str, text: str | None, title: str | None = None) -> list[Members]:
    """What stands in the value's only list."""
    return cast(list[Members], value_of(step, text, title)[name])


def span_of(each: Members) -> tuple[int, int]:
    match each["span"]:
        case [int(start), int(end)]:
            return start, end
    raise AssertionError(f"{each} has no span")


# Fifty thousand characters of each: a pattern that goes back over them again and again would take minutes.
HOSTILE = [
    each * (50_000 // len(each))
    for each in (
        "a", "@", "(", ")", "1", "://", "a://b:", "<@", "\u200d", "\u0301", "a\u0301", "\0",
        "\u05d0\u202e", "a.", "1.", "1,", "a@a.", "#1 ", "A-1 ", "a/", "::", "1:", "$1 ", "1 $", "+1",
        "key=", "password=\"", "eyJaaaaaaaa.eyJ", "-----BEGIN ", "`", "```", "中", "あ", "ไทย", "한국어 ",
        "😀", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa! ", "1/1/2025 ", "1.2.3-a.", "http://(",
        "http://)", "a.com.", "deadbeef1 ", "\n", "not good ", "4111 1111 1111 1111 ", "DE89 ",
    )
]  # fmt: skip
