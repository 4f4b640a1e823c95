"""`summarise`: what the newest documents of a collection, or of a thread, are about.

It reads them, looks that nothing secret is in what is said of them, and asks the language model. Without one, or
without its answer, it says which of their own sentences say most, and whose they are.
"""

import asyncio
import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from typing import NamedTuple

import orjson
from pydantic import Field, JsonValue

from services.analysis.extracts import TEXT_COUNT_MAX, extract
from services.analysis.language_model.material import noted_before, redacted
from services.analysis.language_model.prompt import plain, room_in
from services.analysis.language_model.question import Answered, LanguageModel, Line, NoAnswer, Paragraph, Question
from services.analysis.language_model.tokens import fitting, tokens_at_most
from services.analysis.noting import cut, finding_of
from services.analysis.step import Finding, Step
from services.analysis.workers.task import Crew, Task
from shared.bus.bus import Bus
from shared.contracts.analysis import NO_MODEL, Digest, Summarise
from shared.contracts.annotations import Cost
from shared.contracts.chat import JOINED, LEFT, Speaker, network_and_channel
from shared.contracts.documents import Document, RecentDocuments
from shared.contracts.house import HOUSE_PREFIX, is_kept_apart
from shared.contracts.search import Filter, Search
from shared.errors import Invalid, TimedOut, Unavailable
from shared.settings import Settings

# Whoever asks waits a little longer than this.
SECONDS_MAX = 6.5
READ_SECONDS_MAX = 2.0
SECRETS_SECONDS_MAX = 1.5
DIGESTS_MAX = 4
# So many more are read than are wanted, because some of them are no matter for a summary.
READ_FACTOR = 2
BYTES_MAX = 768 * 1024
SECRETS_COUNT_MAX = 256

# Of so many lines one sentence, within these bounds.
LINES_PER_SENTENCE = 5
SENTENCES_MIN, SENTENCES_MAX = 5, 8
CHARACTERS_MAX = 1_000
NAME_CHARACTERS_MAX = 60
# Of what is left for all of them, each has an equal share, and this at least.
SHARE_TOKENS_MIN = 100
POINTS_MAX = 8

_TASK = (
    "The material is what several people wrote, the oldest first, each piece with the label of who wrote it. Say what "
    "it was about: as `summary` in at most four sentences, and as `points` what was decided, found out or left open, "
    "at most six, each in a few words. Call people by their labels. Write in the language that most of it is in."
)
# Nobody learns what was going on from an address, long as it is.
_LINK = re.compile(r"\b[A-Za-z][A-Za-z0-9+.-]{1,20}://\S++")
_LABEL = re.compile(r"\bPerson-([0-9]{1,4})\b")


class _Said(Answered):
    summary: Paragraph
    points: list[Line] = Field(max_length=POINTS_MAX)


class _Piece(NamedTuple):
    """A document without what is secret in it."""

    author: str
    text: str


@dataclass(slots=True)
class _Material:
    """The oldest first; and why it is less than it could be."""

    pieces: list[_Piece] = field(default_factory=list)
    degraded: list[str] = field(default_factory=list)
    may_leave: bool = True


class Digesting:
    def __init__(
        self, bus: Bus, crew: Crew, secrets: Step | None, language_model: LanguageModel | None, settings: Settings
    ) -> None:
        self._bus = bus
        self._crew = crew
        self._secrets = secrets
        self._language_model = language_model
        self._settings = settings
        self._slots = asyncio.Semaphore(DIGESTS_MAX)

    async def digest(self, tenant: str, query: Summarise) -> Digest:
        if query.collection is not None and query.collection.startswith(HOUSE_PREFIX):
            raise Invalid("what the house keeps for itself is not summed up")
        deadline = asyncio.get_running_loop().time() + SECONDS_MAX
        async with self._slots:
            if asyncio.get_running_loop().time() >= deadline:
                raise TimedOut("too many summaries are asked for at once")
            material = await self._gathered(tenant, query)
            if not material.pieces:
                return Digest(documents=0, degraded=tuple(material.degraded))
            return await self._said(tenant, material, deadline)

    async def _gathered(self, tenant: str, query: Summarise) -> _Material:
        material = _Material(may_leave=query.collection is None or not is_kept_apart(query.collection))
        read = await self._read(tenant, query, material)
        matter = [each for each in read if self._matters(each, query)]
        wanted = matter[: query.limit]
        if len(matter) > len(wanted):
            material.degraded.append(f"only the newest {len(wanted)} were looked at")
        secrets = await self._secrets_of(wanted)
        unknown = 0
        for document in reversed(wanted):
            shown = redacted(document, secrets.get(document.id), self._settings.analysis.text_count_max)
            if shown is None:
                unknown += 1
            elif text := "\n".join(part for part in (shown.title.strip(), shown.text.strip()) if part):
                material.pieces.append(_Piece(plain(document.author or "somebody")[:NAME_CHARACTERS_MAX], text))
        if unknown:
            material.degraded.append(f"{unknown} were left out, because what is secret in them is not known")
        return material

    async def _read(self, tenant: str, query: Summarise, material: _Material) -> Sequence[Document]:
        """The newest first."""
        count = READ_FACTOR * query.limit
        if query.thread is None and query.collection is not None:
            limit = min(count, self._settings.database.page_count_max)
            recent = RecentDocuments(collection=query.collection, limit=limit)
            return (await self._bus.ask(tenant, recent, seconds_max=READ_SECONDS_MAX)).items
        documents: list[Document] = []
        size = 0
        filter_ = Filter(collection=query.collection or (), thread=query.thread or (), since=query.since)
        search = Search(filter=filter_, sort="time", limit=min(count, self._settings.search.count_max))
        while True:
            found = await self._bus.ask(tenant, search, seconds_max=READ_SECONDS_MAX)
            documents += [hit.document for hit in found.hits]
            size += sum(len(hit.document.text or "") for hit in found.hits)
            if found.next is None or len(documents) >= count or size > BYTES_MAX:
                material.degraded += found.degraded
                return documents
            search = search.model_copy(update={"after": found.next})

    def _matters(self, document: Document, query: Summarise) -> bool:
        """Commands, what bots say, and who comes and goes say nothing of what was going on."""
        if query.since is not None and _moment(document) < query.since:
            return False
        if document.collection != query.collection and is_kept_apart(document.collection):
            return False
        if network_and_channel(document.collection) is None:
            return True
        is_command = (document.text or "").lstrip().startswith(self._settings.bot.prefix)
        return not is_command and document.kind not in {JOINED, LEFT} and not Speaker.of(document.data).bot

    async def _secrets_of(self, documents: Sequence[Document]) -> Mapping[str, Finding]:
        """By id, as far as they are known. What nobody has looked through yet, the workers look through now."""
        known: dict[str, Finding] = {}
        unknown: list[Document] = []
        for document in documents:
            finding = noted_before(document).findings.get("secrets")
            if finding is not None and finding.status == "ok":
                known[document.id] = finding
            else:
                unknown.append(document)
        if unknown and self._secrets is not None:
            known |= await self._found_now(self._secrets, unknown[:SECRETS_COUNT_MAX])
        return known

    async def _found_now(self, secrets: Step, documents: Sequence[Document]) -> Mapping[str, Finding]:
        count_max = self._settings.analysis.text_count_max
        bare = [cut(each, count_max).model_copy(update={"annotations": ()}) for each in documents]
        tasks = [Task(each, each.encode(), (secrets,)) for each in bare]
        try:
            async with asyncio.timeout(SECRETS_SECONDS_MAX):
                notes = await self._crew.run(tasks)
        except (TimeoutError, Unavailable):
            return {}
        found = {each.id: finding_of(some[0])[0] for each, some in zip(documents, notes, strict=True) if some[0]}
        return {id: finding for id, finding in found.items() if finding.status == "ok"}

    async def _said(self, tenant: str, material: _Material, deadline: float) -> Digest:
        try:
            return await self._by_the_model(tenant, material, deadline)
        except NoAnswer as no_answer:
            newest = _newest(material.pieces)
            degraded = [*material.degraded, no_answer.reason]
            if len(newest) < len(material.pieces):
                degraded.append(f"only the newest {len(newest)} of {len(material.pieces)} were looked at")
            return Digest(
                documents=len(newest),
                points=tuple(_own_sentences(newest)),
                degraded=tuple(degraded),
                cost=no_answer.cost or Cost(),
            )

    async def _by_the_model(self, tenant: str, material: _Material, deadline: float) -> Digest:
        if self._language_model is None:
            raise NoAnswer(NO_MODEL)
        if not material.may_leave:
            raise NoAnswer("what is said in private is shown to no language model")
        labels = _Labels()
        question, shown = _question(material.pieces, labels.of, self._settings.analysis.language_model.tokens_in_max)
        try:
            async with asyncio.timeout_at(deadline):
                answer = await self._language_model.ask(tenant, question)
        except TimeoutError as error:
            raise NoAnswer("the language model has not answered in time") from error
        degraded = list(material.degraded)
        if shown < len(material.pieces):
            degraded.append(f"only the newest {shown} of {len(material.pieces)} fitted into the question")
        return Digest(
            documents=shown,
            summary=labels.named(answer.value.summary),
            points=tuple(labels.named(point) for point in answer.value.points),
            degraded=tuple(degraded),
            model=answer.model,
            cost=answer.cost,
        )


class _Labels:
    """The model knows people by these alone: no name leaves the machine but those that the texts hold."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def of(self, author: str) -> str:
        return f"Person-{self._numbers.setdefault(author, len(self._numbers) + 1)}"

    def named(self, text: str) -> str:
        authors = {str(number): author for author, number in self._numbers.items()}
        return _LABEL.sub(lambda found: authors.get(found[1], found[0]), text)


def _question(lines: Sequence[_Piece], label: Callable[[str], str], tokens_max: int) -> tuple[Question[_Said], int]:
    """With as many of the newest as fit, and how many these are."""
    left = room_in(_asking([]), tokens_max)
    share = max(SHARE_TOKENS_MIN, left // len(lines))
    shown: list[JsonValue] = []
    for line in reversed(lines):
        piece: JsonValue = {"by": label(line.author), "text": fitting(line.text, share)}
        # One more for the comma.
        left -= tokens_at_most(orjson.dumps(piece).decode()) + 1
        if left < 0:
            break
        shown.append(piece)
    return _asking(shown[::-1]), len(shown)


def _asking(lines: list[JsonValue]) -> Question[_Said]:
    return Question(_TASK, {"lines": lines}, _Said)


def _newest(lines: Sequence[_Piece]) -> Sequence[_Piece]:
    """As many as one look at them may take, and one in any case."""
    sizes = accumulate(len(line.text) + 1 for line in reversed(lines))
    count = sum(size <= TEXT_COUNT_MAX for size in sizes)
    return lines[-max(count, 1) :]


def _own_sentences(lines: Sequence[_Piece]) -> Sequence[str]:
    """Those that say most, in their order, each with whoever has said it."""
    starts = list(accumulate((len(line.text) + 1 for line in lines), initial=0))
    text = "\n".join(line.text for line in lines)
    unlinked = _LINK.sub(lambda found: " " * len(found[0]), text)
    count = min(max(SENTENCES_MIN, len(lines) // LINES_PER_SENTENCE), SENTENCES_MAX)
    spans = extract(unlinked, sentences_max=count, characters_max=CHARACTERS_MAX)
    return [f"{lines[bisect_right(starts, start) - 1].author}: {plain(text[start:end])}" for start, end in spans]


def _moment(document: Document) -> datetime:
    return document.occurred_at or document.created_at
