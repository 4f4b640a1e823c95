"""How far the indexes have come, in the words of the contract."""

from services.database.search.index_set import NAMES, TEXT, VECTORS, IndexSet
from shared.contracts.search import IndexReport, IndexState


def state_of(indexes: IndexSet, name: str, last_seq: int, stale_count: int) -> tuple[IndexState, str | None]:
    """With a word about it. Looks into no file."""
    build = indexes.building.get(name)
    lag = last_seq - indexes.applied_seq
    if build is not None and build.serves:
        return "BUILDING", "it is filled from the beginning"
    if lag > stale_count:
        return "STALE", f"{lag} changes behind"
    return "READY", None if build is None else "another one is built beside it"


def reports_of(indexes: IndexSet, last_seq: int, stale_count: int) -> tuple[IndexReport, ...]:
    """Looks into files, so it is not for the event loop."""
    with indexes.using() as using:
        reports = []
        for name, index in zip(NAMES, using, strict=True):
            state, detail = state_of(indexes, name, last_seq, stale_count)
            if (build := indexes.building.get(name)) is not None:
                detail = f"{detail}: {build.index.documents} documents so far"
            reports.append(
                IndexReport(
                    index=name,
                    state=state,
                    applied_seq=indexes.applied_seq,
                    last_seq=last_seq,
                    documents=index.documents,
                    bytes=index.bytes,
                    detail=detail,
                )
            )
        return tuple(reports)


def warnings_of(indexes: IndexSet, last_seq: int, stale_count: int) -> list[str]:
    """What whoever searches should know. The figures are no part of a search."""
    states = [(name, state_of(indexes, name, last_seq, stale_count)) for name in (TEXT, VECTORS)]
    return [f"the {name} index is {state.lower()}: {detail}" for name, (state, detail) in states if state != "READY"]
