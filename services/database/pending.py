"""Which documents a question for pending ones is about, and which of its steps they still want. Pure."""

from collections.abc import Iterable, Sequence

from shared.contracts.house import is_kept_apart
from shared.contracts.pending import ListPending

# However few are found, a page looks at so many documents only, so that nobody waits long for a reader.
LOOKED_AT_MAX = 2_000


def is_asked_for(collection: str, asked: Sequence[str]) -> bool:
    """`asked` holds names, and beginnings that end in `*`; nothing asked for is everything."""
    if is_kept_apart(collection):
        return False
    return not asked or any(
        collection.startswith(name[:-1]) if name.endswith("*") else collection == name for name in asked
    )


def lacking(query: ListPending, served: Iterable[str]) -> tuple[str, ...]:
    known = set(served)
    return tuple(step for step in query.steps if step not in known)
