"""What else is known around a document: what resembles it, its thread, the newest of its collection.

The sources are asked in parallel, each for so long. One that fails is named and costs only itself.
"""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field

from services.analysis.step import Desk
from shared.contracts.documents import Document
from shared.contracts.house import is_kept_apart
from shared.contracts.search import Filter, Found, Search, Similar
from shared.errors import PostilError

SOURCE_SECONDS_MAX = 3.0
# Of each source; one more is asked for, because the document itself may be among them.
SIMILAR_MAX = 5
THREAD_MAX = 5
RECENT_MAX = 3


@dataclass(slots=True)
class Related:
    document: Document
    sources: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Context:
    """Each document once, in the order of the sources; and, by source, why one has brought nothing."""

    related: Sequence[Related]
    missing: Mapping[str, str]


async def context_of(document: Document, desk: Desk, seconds_max: float = SOURCE_SECONDS_MAX) -> Context:
    tenant = document.tenant
    asked: dict[str, Awaitable[Found]] = {
        "similar": desk.similar(tenant, Similar(id=document.id, limit=SIMILAR_MAX + 1)),
    }
    if document.thread:
        in_thread = Search(filter=Filter(thread=document.thread), sort="time", limit=THREAD_MAX + 1)
        asked["thread"] = desk.search(tenant, in_thread)
    in_collection = Search(filter=Filter(collection=document.collection), sort="time", limit=RECENT_MAX + 1)
    asked["recent"] = desk.search(tenant, in_collection)
    answers = await asyncio.gather(*(_within(seconds_max, asking) for asking in asked.values()))
    return _together(document, dict(zip(asked, answers, strict=True)))


async def _within(seconds_max: float, asking: Awaitable[Found]) -> Found | str:
    """What was found, or why nothing was."""
    try:
        async with asyncio.timeout(seconds_max):
            return await asking
    except TimeoutError:
        return f"there was no answer within {seconds_max:g} seconds"
    except PostilError as error:
        return error.detail


def _together(document: Document, answers: Mapping[str, Found | str]) -> Context:
    related: dict[str, Related] = {}
    missing: dict[str, str] = {}
    for source, answer in answers.items():
        if isinstance(answer, str):
            missing[source] = answer
            continue
        for hit in answer.hits:
            if _may_be_seen(hit.document, document):
                related.setdefault(hit.id, Related(hit.document)).sources.append(source)
    return Context(tuple(related.values()), missing)


def _may_be_seen(other: Document, document: Document) -> bool:
    """It is an earlier one, of the same tenant, and not the house's own."""
    return (
        other.id != document.id
        and other.tenant == document.tenant
        and other.created_at <= document.created_at
        and not is_kept_apart(other.collection)
    )
