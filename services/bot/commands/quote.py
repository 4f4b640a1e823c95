"""`quote`: what was said in a channel and is worth keeping. Each channel has its own, numbered from one.

A number is never given twice, whoever else gives one at the same moment: it is the version of a slip of paper that is
written anew for each of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, JsonValue, ValidationError

from services.bot.arguments import Rest
from services.bot.command import ROLES, Answer, Call, Command, Place
from services.bot.wording import counted, short
from shared.contracts.content import digest
from shared.contracts.documents import Document, Draft, ListDocuments
from shared.contracts.message import Contract
from shared.errors import Conflict, Invalid, NotFound
from shared.shelf import Shelf

QUOTES_COLLECTION = "postil.quotes"
TEXT_CHARACTERS_MAX = 1_000
# In one channel; all of them are read to find one.
QUOTES_MAX = 1_000
PAGE_COUNT = 200
VOTES_MAX = 500
FOUND_SHOWN_MAX = 10
TOP_COUNT = 5
NUMBER_MAX = 1_000_000_000
TRIES_MAX = 5
# An id or the name of a collection has 200 at the most.
_PLACE_CHARACTERS_MAX = 150

Number = Annotated[int, Field(ge=1, le=NUMBER_MAX)]


class _Kept(Contract):
    """A quote's data, beside its text and whoever has added it."""

    number: int
    # By signature, because a name alone is another's on another network.
    by: str
    votes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Quote:
    document: Document
    kept: _Kept

    @property
    def number(self) -> int:
        return self.kept.number

    @property
    def votes(self) -> int:
        return len(self.kept.votes)

    def __str__(self) -> str:
        added = f"{self.document.created_at:%Y-%m-%d}"
        by = f"{short(self.document.author, 40)}, {added}" if self.document.author else added
        votes = f", {counted(self.votes, 'vote')}" if self.votes else ""
        return f"#{self.number}: {short(self.document.text or '', TEXT_CHARACTERS_MAX)} ({by}{votes})"

    def told(self) -> JsonValue:
        return {"number": self.number, "text": self.document.text, "votes": [*self.kept.votes]}


async def _add(call: Call, text: Rest) -> Answer:
    if len(text) > TEXT_CHARACTERS_MAX:
        raise Invalid(f"A quote has at most {TEXT_CHARACTERS_MAX:,} characters.")
    if not short(text, TEXT_CHARACTERS_MAX):
        raise Invalid("There is nothing to read in it.")
    page = await call.ask(ListDocuments(collection=_collection(call.place), limit=1))
    if page.total >= QUOTES_MAX:
        raise Invalid(f"There are {page.total:,} quotes here already, which is the most: delete one.")
    number = await _next_number(call)
    kept = _Kept(number=number, by=call.signature)
    draft = Draft(
        id=_id(call.place, number),
        collection=_collection(call.place),
        kind="quote",
        text=text,
        author=call.who.name,
        occurred_at=call.at,
        data=kept.model_dump(mode="json"),
        if_version=0,
    )
    await Shelf(call.desk).put(call.tenant, draft)
    return Answer([f"That is quote #{number}."], after={"number": number, "text": text, "votes": []})


async def _get(call: Call, number: Number | None = None) -> str:
    if number is not None:
        return str(await _one(call, number))
    quotes = await _all(call)
    if not quotes:
        return f"There are no quotes here yet: {call.desk.prefix}quote add TEXT"
    return str(call.chance.choice(quotes))


async def _find(call: Call, words: Rest) -> Sequence[str]:
    wanted = words.casefold().split()
    found = [each for each in await _all(call) if _has(each, wanted)]
    if not found:
        return ["No quote here has all of these words."]
    lines = [str(each) for each in found[: -FOUND_SHOWN_MAX - 1 : -1]]
    more = len(found) - len(lines)
    return [*lines, f"{counted(more, 'older quote')} more."] if more else lines


async def _top(call: Call) -> Sequence[str]:
    liked = sorted((each for each in await _all(call) if each.votes), key=lambda each: (-each.votes, each.number))
    if not liked:
        return [f"Nobody has voted for a quote here yet: {call.desk.prefix}quote vote NUMBER"]
    return [str(each) for each in liked[:TOP_COUNT]]


async def _vote(call: Call, number: Number) -> Answer:
    shelf = Shelf(call.desk)
    for _ in range(TRIES_MAX):
        quote = await _one(call, number)
        if call.signature in quote.kept.votes:
            raise Conflict(f"You have voted for quote #{number} already.")
        if quote.votes >= VOTES_MAX:
            raise Invalid(f"Quote #{number} has {quote.votes} votes, which is the most.")
        kept = quote.kept.model_copy(update={"votes": (*quote.kept.votes, call.signature)})
        try:
            await shelf.put(call.tenant, _with(quote.document, kept))
        except Conflict:
            continue
        line = f"Quote #{number} has {counted(len(kept.votes), 'vote')} now."
        return Answer([line], before=quote.votes, after=len(kept.votes))
    raise Conflict(f"Several vote for quote #{number} at once: try again.")


async def _delete(call: Call, number: Number) -> Answer:
    shelf = Shelf(call.desk)
    for _ in range(TRIES_MAX):
        quote = await _one(call, number)
        if quote.kept.by != call.signature and not await _is_moderator(call):
            by = short(quote.document.author or "somebody else", 40)
            raise Invalid(f"Only {by}, who added quote #{number}, or a moderator may delete it.")
        if await shelf.take(call.tenant, quote.document):
            return Answer([f"Quote #{number} is deleted."], before=quote.told())
    raise Conflict(f"Quote #{number} is being changed by others: try again.")


async def _is_moderator(call: Call) -> bool:
    return ROLES.index(await call.role()) <= ROLES.index("moderator")


async def _next_number(call: Call) -> int:
    # By chance, because what is like the slip that is there would change nothing.
    slip: JsonValue = {"at": call.at.isoformat(), "by": call.signature, "chance": f"{call.chance.getrandbits(64):x}"}
    draft = Draft(id=f"postil.quotes.{_key(call.place)}", collection=QUOTES_COLLECTION, kind="number", data=slip)
    saved = await Shelf(call.desk).put(call.tenant, draft)
    return saved.version or 1


async def _one(call: Call, number: int) -> _Quote:
    document = await Shelf(call.desk).get(call.tenant, _id(call.place, number))
    quote = None if document is None else _quote_of(document, call.place)
    if quote is None:
        raise NotFound(f"There is no quote #{number} here.")
    return quote


async def _all(call: Call) -> Sequence[_Quote]:
    """In the order of their numbers."""
    documents: list[Document] = []
    after: str | None = None
    while len(documents) < QUOTES_MAX:
        query = ListDocuments(collection=_collection(call.place), limit=PAGE_COUNT, after=after)
        page = await call.ask(query)
        documents += page.items
        after = page.next
        if after is None:
            break
    return [quote for document in documents if (quote := _quote_of(document, call.place)) is not None]


def _quote_of(document: Document, place: Place) -> _Quote | None:
    """None for what somebody else has put there."""
    try:
        kept = _Kept.model_validate(document.data, strict=False)
    except ValidationError:
        return None
    return _Quote(document, kept) if document.id == _id(place, kept.number) else None


def _with(document: Document, kept: _Kept) -> Draft:
    return Draft(
        id=document.id,
        collection=document.collection,
        kind=document.kind,
        text=document.text,
        author=document.author,
        occurred_at=document.occurred_at,
        data=kept.model_dump(mode="json"),
        if_version=document.version,
    )


def _has(quote: _Quote, words: Sequence[str]) -> bool:
    text = f"{quote.document.text} {quote.document.author}".casefold()
    return all(word in text for word in words)


def _collection(place: Place) -> str:
    return f"{QUOTES_COLLECTION}.{_key(place)}"


def _id(place: Place, number: int) -> str:
    return f"postil.quote.{_key(place)}.{number}"


def _key(place: Place) -> str:
    name = f"{place.network}.{place.channel}"
    return name if len(name) <= _PLACE_CHARACTERS_MAX else f"{place.network[:40]}.{digest(name.encode()).hex()}"


commands = (
    Command("quote", "a quote of this channel, as quote get tells it", _get, examples=("quote", "quote 7")),
    Command(
        "quote add", "keep something that was said here", _add, changes=True, examples=("quote add <ada> it works",)
    ),
    Command(
        "quote get", "a quote of this channel, any if you don't say which", _get, examples=("quote get", "quote get 7")
    ),
    Command("quote find", "the quotes that have all of these words", _find, examples=("quote find works",)),
    Command("quote top", "the quotes with the most votes", _top),
    Command("quote vote", "vote for a quote, once", _vote, changes=True, examples=("quote vote 7",)),
    Command("quote delete", "delete a quote that you have added", _delete, changes=True, examples=("quote delete 7",)),
)
