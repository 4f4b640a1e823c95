"""`audit`: the newest entries, for those who may see them."""

from collections.abc import Sequence

import pytest

from services.bot.command import Person, Place
from services.bot.commands.audit import LOOK_COUNT, commands
from services.bot.rehearsal import ADA, HERE, RehearsalDesk, rehearse
from shared.contracts.audit import NOTHING_YET, AuditFacts, Link, chained
from shared.contracts.documents import Document, DocumentItems, RecentDocuments
from shared.errors import Invalid, NobodyThere
from shared.settings import Role
from tests.services.bot.samples import HOSTILE, is_one_line
from tests.shared.contracts.audit_entries import document_of, facts

[AUDIT] = commands


class AuditDesk(RehearsalDesk):
    """With entries, and somebody who is a moderator in some places."""

    def __init__(self, entries: Sequence[AuditFacts], moderated: Sequence[Place] = (HERE,)) -> None:
        link, documents = NOTHING_YET, list[Document]()
        for each in entries:
            entry = chained(each, link)
            documents.insert(0, document_of(entry))
            link = Link(entry.number, entry.hash)
        super().__init__({RecentDocuments: lambda query: DocumentItems(items=tuple(documents[: query.limit]))})
        self._moderated = moderated
        self.places: list[Place] = []

    async def role_of(self, tenant: str, place: Place, who: Person) -> Role:
        assert who == ADA
        self.places.append(place)
        return "moderator" if place in self._moderated else "member"


def here(command: str, **more: object) -> AuditFacts:
    return facts(command, network="console", channel="general", **more)


async def test_the_newest_come_first_as_short_lines() -> None:
    desk = AuditDesk([here("stats", detail=""), here("role", result="denied", author="bob", account=None)])
    answer = await rehearse(AUDIT, desk=desk)
    assert answer.lines == [
        "2 · 2026-01-01 12:00 UTC · bob in console/general · role bob moderator · denied (as wished)",
        "1 · 2026-01-01 12:00 UTC · ada in console/general · stats bob moderator · ok",
    ]
    assert AUDIT.private
    assert AUDIT.role == "moderator"


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("", range(15, 5, -1)),
        ("3", (15, 14, 13)),
        ("bob", (14, 11, 8, 5, 2)),
        ("@BOB 2", (14, 11)),
        ("ada.b 99", (14, 11, 8, 5, 2)),
        ("@20", (15, 12, 9, 6, 3)),
        ("9999999", range(15, 0, -1)),
    ],
)
async def test_by_name_and_by_count(words: str, numbers: Sequence[int]) -> None:
    people = [("ada", None), ("bob", "ada.b"), ("20", None)]
    desk = AuditDesk([here("x", author=author, account=account) for author, account in people * 5])
    lines = (await rehearse(AUDIT, words, desk=desk)).lines
    assert [int(line.split()[0]) for line in lines] == list(numbers)


async def test_what_was_typed_in_private_is_told_to_nobody_else() -> None:
    entries = [facts("claim", network="console", channel=f"@{name}", result="refused") for name in ("ada", "bob")]
    desk = AuditDesk(entries, [Place("console", "@ada"), Place("console", "@bob")])
    bobs, own = (await rehearse(AUDIT, desk=desk)).lines
    assert bobs.endswith("in console/@bob · claim · refused")
    assert own.endswith("in console/@ada · claim bob moderator · refused (as wished)")


async def test_a_moderator_sees_what_was_done_where_he_is_one() -> None:
    places = [("console", "general"), ("console", "other"), ("console", "@bob"), ("irc", "general")]
    entries = [facts("x", network=network, channel=channel) for network, channel in places * 2]
    desk = AuditDesk(entries)
    assert [line.split()[0] for line in (await rehearse(AUDIT, desk=desk)).lines] == ["5", "1"]
    # Whoever has the same name in another network is another; and each place is looked up once.
    assert sorted(map(str, desk.places)) == sorted(
        map(str, [HERE, Place("console", "other"), Place("console", "@bob"), Place("*", "*")])
    )
    everywhere = [HERE, Place("console", "other"), Place("*", "*")]
    assert [line.split()[0] for line in (await rehearse(AUDIT, desk=AuditDesk(entries, everywhere))).lines] == [
        "8", "6", "5", "4", "2", "1",
    ]  # fmt: skip


async def test_it_says_when_older_ones_were_not_looked_at() -> None:
    desk = AuditDesk([here("x", author="bob"), *[here("x") for _ in range(LOOK_COUNT)]])
    lines = (await rehearse(AUDIT, "bob", desk=desk)).lines
    assert lines == [f"There is no more of bob among the newest {LOOK_COUNT} entries; older ones were not looked at."]


async def test_nothing_to_see_is_told() -> None:
    assert (await rehearse(AUDIT, desk=AuditDesk([]))).lines == ["There is no entry yet that is for you to see."]
    lines = (await rehearse(AUDIT, "bob", desk=AuditDesk([here("x")]))).lines
    assert lines == ["There is no entry of bob yet that is for you to see."]


async def test_hostile_entries_are_short_lines() -> None:
    entry = here(HOSTILE, author=HOSTILE, arguments=HOSTILE, detail=HOSTILE, result="failed")
    [line] = (await rehearse(AUDIT, desk=AuditDesk([entry]))).lines
    assert is_one_line(line)
    assert len(line) < 400


@pytest.mark.parametrize("words", ["a b", "a 0", "a 1 2", f"a {'9' * 5_000}"])
async def test_what_is_no_count_is_told_the_usage(words: str) -> None:
    with pytest.raises(Invalid, match=r"Usage: !audit \[NAME\] \[COUNT\]"):
        await rehearse(AUDIT, words, desk=AuditDesk([]))


async def test_without_a_database_it_says_so() -> None:
    with pytest.raises(NobodyThere):
        await rehearse(AUDIT)
