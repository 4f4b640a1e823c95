"""Forgets to announce a part of what was committed."""

from services.database.feed import Feed
from services.database.store import Run
from tests.benchmarks.sabotage import losses

_announce, _lost = Feed._announce, losses()


async def _lossy(feed: Feed, run: Run) -> None:
    if next(_lost):
        feed._announced[run.tenant] = run.changes[-1].seq
    else:
        await _announce(feed, run)


Feed._announce = _lossy  # type: ignore[method-assign,assignment]  # that is what sabotage is
