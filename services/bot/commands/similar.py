"""`similar`: what resembles a document, or a text."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import StringConstraints

from services.bot.arguments import Rest
from services.bot.command import Call, Command
from services.bot.documents import hits_to_tell, line_of, shortcomings
from shared.contracts.documents import GetDocument
from shared.contracts.search import Similar
from shared.errors import NotFound

HITS = 5
# Many may be the commands of others, which are left out.
HITS_ASKED = 50
ID_CHARACTERS_MAX = 200


async def _similar(call: Call, id_or_text: Annotated[Rest, StringConstraints(max_length=4_000)]) -> Sequence[str]:
    if await _is_readable_document(call, id_or_text):
        question = Similar(id=id_or_text, limit=HITS_ASKED)
    else:
        question = Similar(text=id_or_text, limit=HITS_ASKED)
    found = await call.ask(question)
    hits = hits_to_tell(call, found)[:HITS]
    head = f"What resembles it most{shortcomings(found)}:" if hits else f"Nothing resembles it{shortcomings(found)}."
    return [head, *map(line_of, hits)]


async def _is_readable_document(call: Call, id_or_text: str) -> bool:
    """One that may not be read is a text like any other: nobody learns that it is there."""
    if " " in id_or_text or len(id_or_text) > ID_CHARACTERS_MAX:
        return False
    try:
        document = await call.ask(GetDocument(id=id_or_text))
    except NotFound:
        return False
    return call.may_read(document.collection)


commands = (
    Command(
        "similar",
        "what resembles a document, by its id, or a text",
        _similar,
        examples=("similar T-17", "similar the printer on the second floor eats paper"),
    ),
)
