"""`feedback`: what somebody thinks of a document as it was found, or of what a step of the analysis has made of it."""

import re
from typing import Annotated, Literal

from pydantic import Field

from services.bot.command import Answer, Call, Command
from services.bot.documents import document_to_tell
from services.bot.wording import short
from shared.contracts.feedback import GiveFeedback, Thumb
from shared.errors import Invalid

ID_CHARACTERS_MAX = 200
SHOWN_CHARACTERS_MAX = 80

Mark = Literal["+1", "-1", "1", "2", "3", "4", "5"]
_THUMBS: dict[str, Thumb] = {"+1": "up", "-1": "down"}
_STEP = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")


async def _feedback(
    call: Call,
    id: Annotated[str, Field(max_length=ID_CHARACTERS_MAX)],
    mark: Mark,
    step: str | None = None,
) -> Answer:
    if step is not None and not _STEP.fullmatch(step):
        raise Invalid(f"{short(step, SHOWN_CHARACTERS_MAX)} can't be the name of a step.")
    await document_to_tell(call, id)
    thumb = _THUMBS.get(mark)
    stars = None if thumb else int(mark)
    saved = await call.ask(GiveFeedback(id=id, step=step, thumb=thumb, stars=stars, author=call.signature))
    about = short(id, SHOWN_CHARACTERS_MAX) if step is None else f"{step} of {short(id, SHOWN_CHARACTERS_MAX)}"
    again = " in place of what you have said before" if saved.outcome == "updated" else ""
    return Answer([f"Noted for {about}: {mark}{again}."], after={"id": id, "step": step, "mark": mark})


commands = (
    Command(
        "feedback",
        "say what you think of a document, or of what a step has made of it",
        _feedback,
        changes=True,
        examples=("feedback T-17 +1", "feedback T-17 4 summary"),
    ),
)
