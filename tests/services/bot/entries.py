"""Entries of the audit, for the tests that write them and read them back."""

from collections.abc import Sequence

from shared.contracts.audit import AuditFacts, Flaw, flaws
from shared.contracts.documents import Document
from tests.services.bot.shelves import MOMENT


def facts(command: str = "role", author: str = "ada") -> AuditFacts:
    return AuditFacts(
        at=MOMENT,
        network="irc",
        channel="python",
        author=author,
        command=command,
        role="owner",
        allowed=True,
        result="ok",
        duration_ms=1.5,
    )


def data_of(documents: Sequence[Document], name: str) -> list[object]:
    return [each.data.get(name) for each in documents if isinstance(each.data, dict)]


def checked(documents: Sequence[Document]) -> list[Flaw]:
    return list(flaws(documents))
