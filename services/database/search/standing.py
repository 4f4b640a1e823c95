"""Standing queries: which of the documents that have just become findable each of them was waiting for.

What matches is noted in the same transaction as everything else that the batch has changed, and published from there:
a process that dies in between publishes it after its next start.
"""

from collections.abc import Sequence

import structlog

from services.database.search.index_set import Indexes, IndexSet, News
from services.database.search.language.combining import all_of
from services.database.search.language.filtering import node_of
from services.database.search.language.parsing import parse
from shared.clock import Clock
from shared.contracts.standing import StandingQuery
from shared.errors import Invalid

log = structlog.get_logger()


def note_matches(indexes: IndexSet, news: Sequence[News], count_max: int, clock: Clock) -> None:
    """Called between the commit of the text, which is asked, and that of the figures, which remember."""
    if not news:
        return
    with indexes.using() as using:
        for standing in using.figures.standing(count_max):
            versions = {each.no: each.version for each in news if each.seq > standing.since_seq}
            matching = _matching(using, standing, list(versions), clock)
            if matching:
                using.figures.matched(standing.name, [(no, versions[no]) for no in sorted(matching)])


def _matching(using: Indexes, standing: StandingQuery, numbers: Sequence[int], clock: Clock) -> set[int]:
    try:
        node = all_of((parse(standing.query, clock.now()), node_of(standing.filter, clock.now())))
        return using.text.keep(node, numbers)
    except Invalid as error:
        # Anyone may publish one into the house's collection.
        log.warning("standing_query_ignored", name=standing.name, because=error.detail)
        return set()
