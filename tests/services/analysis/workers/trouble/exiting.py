"""`exit`: ends the process without a word. `leave`: the polite way, by an exception that is no `Exception`."""

import os

from services.analysis.step import Step
from shared.contracts.documents import Document


def _exit(document: Document) -> str:
    if "exit" in (document.text or ""):
        os._exit(7)
    if "leave" in (document.text or ""):
        raise SystemExit("goodbye")
    return "still here"


step = Step("exiting", 2, _exit)
