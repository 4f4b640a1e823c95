"""`search`: what was said about something, in the whole of the search language."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import StringConstraints

from services.bot.arguments import Rest
from services.bot.command import Call, Command
from services.bot.documents import hits_to_tell, line_of, misread, refuse_what_is_kept_apart, shortcomings
from shared.contracts.search import Found, Hit, Search
from shared.errors import Invalid

HITS = 5
# Lines that are commands are left out. They have the words of whoever has looked for the same before, and so they
# stand first: it may take several pages to come by them.
PAGE_COUNT = 12
NEXT_PAGE_COUNT = 50
PAGES_MAX = 6
# The search counts by no more collections.
COLLECTIONS_COUNTED = 20


async def _search(call: Call, query: Annotated[Rest, StringConstraints(max_length=4_000)]) -> Sequence[str]:
    refuse_what_is_kept_apart(query)
    search = Search(query=query, limit=PAGE_COUNT, facets=("collection",))
    try:
        found = first = await call.ask(search)
    except Invalid as error:
        raise misread(error) from error
    hits = [*hits_to_tell(call, first)]
    left_out = len(first.hits) - len(hits)
    for _ in range(PAGES_MAX - 1):
        if len(hits) >= HITS or found.next is None:
            break
        found = await call.ask(search.model_copy(update={"after": found.next, "limit": NEXT_PAGE_COUNT, "facets": ()}))
        more = hits_to_tell(call, found)
        hits += more
        left_out += len(found.hits) - len(more)
    is_all = found.next is None and len(hits) <= HITS
    shown = hits[:HITS]
    return [_head(first, shown, is_all=is_all, left_out=left_out), *map(line_of, shown)]


def _head(first: Found, shown: Sequence[Hit], *, is_all: bool, left_out: int) -> str:
    """With a number only where it is known: who counts the words' hits counts the commands, too."""
    but = shortcomings(first)
    if not shown:
        return f"Nothing is found{but}."
    counts = first.facets.get("collection", ())
    counted = first.total if len(counts) >= COLLECTIONS_COUNTED else sum(each.count for each in counts)
    if counted < first.total and not any(hit.highlights for hit in shown):
        return f"Nothing has these words; nearest in meaning{but}:"
    if is_all:
        return f"{len(shown)} found{but}:"
    if left_out:
        return f"The first {len(shown)}{but}:"
    if counted < len(shown):
        return f"{counted:,} found, and what is nearest in meaning{but}:"
    return f"{len(shown)} of {counted:,} found{but}:"


commands = (
    Command(
        "search",
        "what was said about something, by words and by meaning",
        _search,
        examples=("search printer OR scanner author:ada since:30d", 'search "paper jam" collection:tickets'),
    ),
)
