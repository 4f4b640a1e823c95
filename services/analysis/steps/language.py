"""The language and the script that a document is written in."""

from pydantic import JsonValue

from services.analysis.step import Step
from services.analysis.words.fields import fields_of
from services.analysis.words.languages import language_of
from shared.contracts.documents import Document


def _language(document: Document) -> JsonValue:
    found = language_of(fields_of(document))
    return {"language": found.language, "confidence": found.confidence, "script": found.script}


step = Step(name="language", version=1, annotate=_language)
