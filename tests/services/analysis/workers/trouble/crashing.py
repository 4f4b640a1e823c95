"""`crash`: the interpreter itself dies."""

import ctypes

from services.analysis.step import Step
from shared.contracts.documents import Document


def _crash(document: Document) -> str:
    if "crash" in (document.text or ""):
        ctypes.string_at(0)
    return "alive"


step = Step("crashing", 1, _crash)
