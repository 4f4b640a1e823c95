"""`eat`: more and more memory."""

from services.analysis.step import Step
from shared.contracts.documents import Document

MIB = 1024 * 1024


def _eat(document: Document) -> int:
    eaten = []
    while "eat" in (document.text or ""):
        eaten.append(bytearray(8 * MIB))
    return len(eaten)


step = Step("eating", 1, _eat)
