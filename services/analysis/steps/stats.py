"""How much text there is."""

from pydantic import JsonValue

from services.analysis.step import Step
from services.analysis.words.tokens import word_count
from shared.contracts.documents import Document


def _count(document: Document) -> JsonValue:
    text = document.text or ""
    return {"characters": len(text), "words": word_count(text), "lines": len(text.splitlines())}


step = Step(name="stats", version=2, annotate=_count)
