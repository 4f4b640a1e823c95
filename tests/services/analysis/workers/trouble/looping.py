"""`loop`: in Python. `wait`: without computing. `stubborn`: having switched off the clocks before."""

import signal

from services.analysis.step import Step
from shared.contracts.documents import Document


def _loop(document: Document) -> str:
    if "stubborn" in (document.text or ""):
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_PROF, 0)
    while "wait" in (document.text or ""):
        signal.pause()
    while "loop" in (document.text or ""):
        pass
    return "done"


step = Step("looping", 1, _loop)
