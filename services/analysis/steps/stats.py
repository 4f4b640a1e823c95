"""How much text there is."""

from pydantic import JsonValue

from services.analysis.step import Step
from shared.contracts.documents import Document


def _count(document: Document) -> JsonValue:
    text = document.text or ""
    return {"characters": len(text), "words": len(text.split()), "lines": len(text.splitlines())}


step = Step(name="stats", version=1, annotate=_count)
