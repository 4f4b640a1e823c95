"""Dies of the first document that a worker is warmed up with."""

import os

from services.analysis.step import Step
from shared.contracts.documents import Document


def _die(document: Document) -> str:
    if document.id == "warm-up":
        os._exit(3)
    return "warm"


step = Step("warming", 1, _die)
