"""`raise`: an error. `nonsense`: something that is no JSON. `book`: too much of it."""

from services.analysis.step import Step
from shared.contracts.documents import Document


def _raise(document: Document) -> object:
    text = document.text or ""
    if "raise" in text:
        raise ValueError("no words for it")
    if "nonsense" in text:
        return {"number": float("nan")}
    if "book" in text:
        return "word " * 200_000
    return None


step = Step("raising", 3, _raise)  # type: ignore[arg-type]  # a stranger does not check his types
