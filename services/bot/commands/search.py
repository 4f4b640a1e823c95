"""`search`: what was said about something, in the whole of the search language."""

import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import StringConstraints

from services.bot.arguments import Rest
from services.bot.command import Call, Command
from services.bot.documents import hits_to_tell, line_of, shortcomings
from shared.contracts.search import Search
from shared.errors import Invalid

HITS = 5
# Some are the questions of others, and are left out.
HITS_ASKED = 10
# What is kept apart is found by nobody who does not write this.
_KEPT_APART = re.compile(r"(?:postil\.|chat\.[^.]*\.@)[^\s\"()|]*")


async def _search(call: Call, query: Annotated[Rest, StringConstraints(max_length=4_000)]) -> Sequence[str]:
    _refuse_what_is_kept_apart(call, query)
    found = await call.ask(Search(query=query, limit=HITS_ASKED))
    hits = hits_to_tell(call, found)
    total = max(len(hits), found.total - (len(found.hits) - len(hits)))
    shown = hits[:HITS]
    of = "" if len(shown) == total else f"{len(shown)} of "
    head = f"{of}{total:,} found{shortcomings(found)}:" if shown else f"Nothing is found{shortcomings(found)}."
    return [head, *map(line_of, shown)]


def _refuse_what_is_kept_apart(call: Call, query: str) -> None:
    """Leaving the hits out would not do: how many there are, and which words find them, is told by the rest."""
    if "collection:" in query.lower() and not all(call.may_read(name) for name in _KEPT_APART.findall(query)):
        raise Invalid("What is kept apart is read in its own private conversation alone, and can't be searched here.")


commands = (
    Command(
        "search",
        "what was said about something, by words and by meaning",
        _search,
        examples=("search printer OR scanner author:ada since:30d", 'search "paper jam" collection:tickets'),
    ),
)
