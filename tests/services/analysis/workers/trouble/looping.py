"""`loop`: in Python. `stubborn`: having switched off the alarm clock before."""

import signal

from services.analysis.step import Step
from shared.contracts.documents import Document


def _loop(document: Document) -> str:
    if "stubborn" in (document.text or ""):
        signal.setitimer(signal.ITIMER_REAL, 0)
    while "loop" in (document.text or ""):
        pass
    return "done"


step = Step("looping", 1, _loop)
