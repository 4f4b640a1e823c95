"""Random programs for a store: what hypothesis makes up, and how it is run."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import strategies as st
from pydantic import JsonValue

from services.database.store import Annotate, Delete, Expire, MarkAnnounced, Save, Store, Thin, Work
from shared.contracts.annotations import Annotation
from shared.contracts.saving import Sealed
from shared.errors import NotFound
from tests.conformance.store.ground import BYTES_MAX, HandClock, draft, note

TENANTS = ("a", "b")
IDS = ("one", "two", "three", "four")
COLLECTIONS = ("x", "y")


@st.composite
def drafts(drawn: st.DrawFn) -> Sealed:
    fields: dict[str, JsonValue] = {"text": drawn(st.sampled_from("12"))}
    for name, values in (
        ("place", st.sampled_from(["01", "02", "03", "04"])),
        ("idempotency_key", st.sampled_from(["k", "l"])),
        ("ttl_seconds", st.integers(1, 3)),
        ("if_version", st.integers(0, 4)),
    ):
        if drawn(st.integers(0, 3)) == 0:
            fields[name] = drawn(values)
    id = drawn(st.sampled_from(IDS))
    # Mostly the collection that it will stay in.
    home = COLLECTIONS[IDS.index(id) % 2]
    return draft(id, drawn(st.sampled_from([home] * 7 + list(COLLECTIONS))), **fields)


@st.composite
def notes(drawn: st.DrawFn) -> Annotation:
    version, step = drawn(st.integers(1, 4)), drawn(st.sampled_from(["s", "t"]))
    return note(drawn(st.sampled_from(IDS)), version, step, value=drawn(st.integers(1, 2)))


@dataclass(frozen=True)
class ThinSince:
    """`Thin`, to so many seconds ago."""

    seconds: int
    count_max: int


tenants = st.sampled_from(TENANTS)
works: st.SearchStrategy[Work | ThinSince] = st.one_of(
    st.builds(Save, tenants, st.lists(drafts(), min_size=1, max_size=6)),
    st.builds(Save, tenants, st.lists(drafts(), min_size=1, max_size=6)),
    st.builds(Delete, tenants, st.sampled_from(IDS), st.none() | st.integers(1, 4), st.booleans()),
    st.builds(Annotate, tenants, st.lists(notes(), min_size=1, max_size=4)),
    st.builds(Expire, st.integers(0, 3)),
    st.builds(ThinSince, st.integers(0, 4), st.integers(0, 5)),
    st.builds(MarkAnnounced, st.dictionaries(tenants, st.integers(0, 9))),
)
# Seconds that pass before each transaction, and what is done in it.
programs = st.lists(st.tuples(st.integers(0, 2), st.lists(works, min_size=1, max_size=4)), max_size=12)
Program = Sequence[tuple[int, Sequence[Work | ThinSince]]]


@dataclass
class Account:
    """Everything that a store said while a program ran, and afterwards."""

    # In writing, because an error equals no other.
    answers: list[str] = field(default_factory=list)
    runs: list[object] = field(default_factory=list)
    # What each document was when a tenant's log stood at a number.
    then: dict[tuple[str, int, str], bytes | None] = field(default_factory=dict)
    forgets: bool = False


async def run(program: Program, store: Store, clock: HandClock) -> Account:
    account = Account()
    for seconds, planned in program:
        clock.forward(seconds)
        commit = await store.commit([_placed(work, clock) for work in planned])
        account.answers += map(repr, commit.answers)
        account.runs.extend(commit.runs)
        account.forgets |= any(isinstance(work, ThinSince) or getattr(work, "erase", False) for work in planned)
        for state in await store.tenants():
            for id in IDS:
                account.then[state.name, state.last_seq, id] = await get(store, state.name, id)
    return account


def _placed(work: Work | ThinSince, clock: HandClock) -> Work:
    if isinstance(work, ThinSince):
        return Thin(clock.now() - timedelta(seconds=work.seconds), work.count_max)
    return work


async def get(store: Store, tenant: str, id: str, at: int | None = None) -> bytes | None:
    try:
        return await store.get(tenant, id, at)
    except NotFound:
        return None


async def everything(store: Store, tenant: str) -> list[object]:
    """All that can be read, in pages of two."""
    said: list[object] = [await store.stats(tenant, None), await store.examine(tenant, repair=False)]
    for collection in (None, *COLLECTIONS):
        after: str | None = None
        while True:
            page = await store.list(tenant, collection, 2, BYTES_MAX, after)
            said += [*page.items, page.next, page.total]
            after = page.next
            if after is None:
                break
        said += await store.recent(tenant, collection or "x", 3, BYTES_MAX)
        since = 0
        while (changes := await store.changes(tenant, since, collection, 2, BYTES_MAX)).items:
            since = changes.last_seq
            said += [*changes.items, since]
    return said
