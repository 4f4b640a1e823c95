"""How far the indexes have come, in the words of the contract."""

from collections.abc import Sequence

from services.database.search.index_set import NAMES, IndexSet
from shared.contracts.search import IndexReport, IndexState


def reports_of(indexes: IndexSet, last_seq: int, stale_count: int) -> tuple[IndexReport, ...]:
    with indexes.using() as using:
        return tuple(
            _report(indexes, name, index.documents, index.bytes, last_seq, stale_count)
            for name, index in zip(NAMES, using, strict=True)
        )


def _report(indexes: IndexSet, name: str, documents: int, size: int, last_seq: int, stale_count: int) -> IndexReport:
    build = indexes.building.get(name)
    lag = last_seq - indexes.applied_seq
    state: IndexState = "READY"
    detail = None
    if build is not None and build.serves:
        state, detail = "BUILDING", f"{build.index.documents} documents so far"
    elif lag > stale_count:
        state, detail = ("STALE", f"{lag} changes behind")
    if build is not None and not build.serves:
        detail = f"built anew beside it: {build.index.documents} documents so far"
    return IndexReport(
        index=name,
        state=state,
        applied_seq=indexes.applied_seq,
        last_seq=last_seq,
        documents=documents,
        bytes=size,
        detail=detail,
    )


def warnings_of(reports: Sequence[IndexReport]) -> list[str]:
    """What whoever searches should know. The figures are no part of a search."""
    return [
        f"the {report.index} index is {report.state.lower()}: {report.detail}"
        for report in reports
        if report.state != "READY" and report.index != "figures"
    ]
