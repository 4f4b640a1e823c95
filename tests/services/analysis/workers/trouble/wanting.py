"""Slow, and only for tickets; `fussy`: it can't even say whether it wants them."""

from services.analysis.step import Step
from shared.contracts.documents import Document


def _wants(document: Document) -> bool:
    if "fussy" in (document.text or ""):
        raise ValueError("maybe")
    return "ticket" in (document.text or "")


step = Step("wanting", 1, lambda document: "half done", lane="slow", wants=_wants)
