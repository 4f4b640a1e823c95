"""Says who worked on which text, and prints it where only a frame may stand."""

import os
import sys

from services.analysis.step import Step
from shared.contracts.documents import Document


def _note(document: Document) -> dict[str, object]:
    sys.stdout.write("a step prints what it likes\n")
    sys.stdout.flush()
    return {"text": document.text, "pid": os.getpid(), "niceness": os.nice(0), "read": sys.stdin.read()}


step = Step("good", 1, _note)  # type: ignore[arg-type]  # a stranger does not check his types
