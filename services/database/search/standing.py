"""Standing queries: which of the documents that have just become findable each of them was waiting for.

What matches is noted in the same transaction as everything else that the batch has changed, and published from there:
a process that dies in between publishes it after its next start.
"""

from collections.abc import Sequence

import structlog

from services.database.search.index import Present
from services.database.search.index_set import IndexSet
from services.database.search.language.filtering import node_of
from services.database.search.language.parsing import parse
from services.database.search.language.syntax import All, Node
from shared.clock import Clock
from shared.contracts.house import is_of_the_house
from shared.contracts.standing import StandingQuery
from shared.errors import Invalid

log = structlog.get_logger()


def note_matches(indexes: IndexSet, touched: Sequence[Present], count_max: int, clock: Clock) -> None:
    """Called between the commit of the text, which is asked, and that of the figures, which remember."""
    news = [each for each in touched if not is_of_the_house(each.collection)]
    if not news:
        return
    with indexes.using() as using:
        for standing in using.figures.standing(count_max):
            since = [each for each in news if _seq(each) > standing.since_seq]
            node = _node(standing, clock)
            if not since or node is None:
                continue
            matching = using.text.keep(node, [each.no for each in since])
            using.figures.matched(standing.name, [(each.no, _version(each)) for each in since if each.no in matching])


def _node(standing: StandingQuery, clock: Clock) -> Node | None:
    try:
        return All((parse(standing.query, clock.now()), node_of(standing.filter, clock.now())))
    except Invalid as error:
        # Anyone may publish one into the house's collection.
        log.warning("standing_query_ignored", name=standing.name, because=error.detail)
        return None


def _seq(present: Present) -> int:
    seq = present.document.get("seq")
    return seq if isinstance(seq, int) else 0


def _version(present: Present) -> int:
    version = present.document.get("version")
    return version if isinstance(version, int) else 0
