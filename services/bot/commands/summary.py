"""`summary`: what was going on in this channel, in another one, or in a thread. The analysis says it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import TypeAdapter, ValidationError

from services.bot.arguments import Span
from services.bot.command import Answer, Call, Command
from services.bot.wording import counted, listed, short, the_last
from shared.contracts.analysis import NO_MODEL, Digest, Summarise
from shared.contracts.chat import chat_collection
from shared.contracts.house import CHAT_PREFIX, is_kept_apart
from shared.errors import Invalid, Unavailable

SPAN = timedelta(hours=24)
# What is longer goes to whoever asked, alone.
PUBLIC_CHARACTERS_MAX = 600
POINT_CHARACTERS_MAX = 400
REASON_CHARACTERS_MAX = 200
SHOWN_CHARACTERS_MAX = 60
AWAY = "Summaries are made by the analysis, and it does not answer just now; your line is safe."
_SPAN: TypeAdapter[timedelta] = TypeAdapter(Span)
_BULLET = "\N{BULLET} "


async def _summary(call: Call, what: str | None = None, since: Span | None = None) -> Answer:
    """One word alone may be either: `summary 2h` is about here."""
    if what is not None and since is None and (span := _span(what)) is not None:
        what, since = None, span
    span, digest = since or SPAN, Digest(documents=0)
    for question in _questions(call, what, call.at - span):
        try:
            digest = await call.ask(question)
        except Unavailable as error:
            raise Unavailable(AWAY) from error
        if digest.documents:
            return _told(digest, _named(question, call), "line" if _is_chat(question) else "document", span)
    where = f"in {_shown(what)}" if what else "here"
    return Answer([f"There was nothing to sum up {where} in {the_last(span)}{_because(digest)}."])


def _questions(call: Call, what: str | None, since: datetime) -> Sequence[Summarise]:
    """What a word may mean, the likeliest first: a channel of this network, a collection, a thread."""
    if what is None:
        return [Summarise(collection=call.place.collection, since=since)]
    collection = what if what.startswith(CHAT_PREFIX) else chat_collection(call.place.network, what)
    if is_kept_apart(collection) and not call.may_read(collection):
        raise Invalid("What is said in private is summed up in private only.")
    found: list[Summarise] = []
    others = () if what == collection or is_kept_apart(what) else ({"collection": what},)
    for given in ({"collection": collection}, *others, {"thread": what}):
        try:
            found.append(Summarise.model_validate({**given, "since": since}))
        except ValidationError:
            # It can't be the name of one.
            continue
    if not found:
        raise Invalid(f"{_shown(what)} can't be the name of a channel or of a thread.")
    return found


def _is_chat(question: Summarise) -> bool:
    return question.collection is not None and question.collection.startswith(CHAT_PREFIX)


def _told(digest: Digest, named: str, noun: str, span: timedelta) -> Answer:
    by = f", by {short(digest.model, SHOWN_CHARACTERS_MAX)}" if digest.model else ", in their own words"
    head = f"{named}, {counted(digest.documents, noun)} of {the_last(span)}{by}:"
    points = [_BULLET + short(point, POINT_CHARACTERS_MAX) for point in digest.points]
    lines = [head, *([digest.summary] if digest.summary else []), *points]
    if not digest.summary and not points:
        lines = [head.rstrip(":") + ": there is nothing to read in them."]
    if because := _because(digest):
        lines.append(f"It could be better{because}.")
    return Answer(lines, private=sum(map(len, lines)) > PUBLIC_CHARACTERS_MAX)


def _because(digest: Digest) -> str:
    reasons = [short(reason, REASON_CHARACTERS_MAX) for reason in digest.degraded if reason != NO_MODEL]
    return f": {listed(reasons)}" if reasons else ""


def _named(question: Summarise, call: Call) -> str:
    if question.thread is not None:
        return f"Thread {_shown(question.thread)}"
    if question.collection == call.place.collection:
        return "Here"
    return _shown((question.collection or "").removeprefix(CHAT_PREFIX))


def _span(word: str) -> timedelta | None:
    try:
        return _SPAN.validate_python(word)
    except ValidationError:
        return None


def _shown(text: str) -> str:
    return short(text, SHOWN_CHARACTERS_MAX)


commands = (
    Command(
        "summary",
        "what was going on here, in another channel or collection, or in a thread; since yesterday, if you don't say",
        _summary,
        cooldown_seconds=10.0,
        examples=("summary", "summary 2h", "summary #python 3d", "summary T-17"),
    ),
)
