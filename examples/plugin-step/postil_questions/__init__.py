"""A step of somebody's own: the questions that a document asks, and where they stand in its text."""

import re

from pydantic import JsonValue

from services.analysis.step import Finding, Step
from shared.contracts.documents import Document

# From one end of a sentence to the next question mark; of the scripts that have one of their own, too.
_QUESTION = re.compile(r"[^.!?\u061f\uff1f\n]{1,500}[?\u061f\uff1f]")
_COUNT_MAX = 20


def _questions(document: Document) -> JsonValue | Finding:
    text = document.text or ""
    if not text.strip():
        return Finding(status="skipped", reason="there is no text")
    spans = [_without_spaces(text, *found.span()) for found in _QUESTION.finditer(text)][:_COUNT_MAX]
    return {"questions": [{"text": text[start:end], "span": [start, end]} for start, end in spans]}


def _without_spaces(text: str, start: int, end: int) -> tuple[int, int]:
    return start + len(text[start:end]) - len(text[start:end].lstrip()), end


step = Step(name="questions", version=1, annotate=_questions)
