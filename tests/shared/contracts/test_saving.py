"""Documents on their way from ingest to the database: what arrives is what was sent, or it is refused."""

import pytest

from shared.contracts.documents import Draft
from shared.contracts.saving import SaveDocuments, Sealed, lines_of, seal
from shared.errors import Invalid

PLAIN = seal(Draft(text="line\nbreaks and \u2028"), "a", "notes")
FULL = seal(Draft(text="b", idempotency_key="k", if_version=3, ttl_seconds=9), "b", "notes", "0001")
DIGEST = "00" * 16


def test_documents_arrive_as_they_were_sent() -> None:
    query = SaveDocuments(documents=(PLAIN, FULL))
    assert SaveDocuments.decode(query.encode()).documents == (PLAIN, FULL)
    assert all(type(each) is Sealed for each in SaveDocuments.decode(query.encode()).documents)


def test_a_document_is_one_line_whatever_is_in_it() -> None:
    assert len(lines_of([PLAIN, FULL]).split(b"\n")) == 3


@pytest.mark.parametrize(
    ("deliveries", "contents"),
    [
        ("[]", []),
        (f'[["{DIGEST}",null,null,null]]', []),
        ("[]", ['{"id":"a","collection":"c"}']),
        ("", ['{"id":"a","collection":"c"}']),
        (f'[["{DIGEST}",null,null]]', ['{"id":"a","collection":"c"}']),
        (f'[["{DIGEST}",null,null,"1"]]', ['{"id":"a","collection":"c"}']),
        ('[["no digest",null,null,null]]', ['{"id":"a","collection":"c"}']),
        (f'[["{DIGEST}",null,null,null]]', ['{"id":"a","collection":"c"']),
        (f'[["{DIGEST}",null,null,null]]', ['{"id":"a","collection":"c"}}']),
        (f'[["{DIGEST}",null,null,null]]', ['["id"]']),
        (f'[["{DIGEST}",null,null,null]]', ['{"id":"a"}']),
        (f'[["{DIGEST}",null,null,null]]', ['{"id":1,"collection":"c"}']),
        (f'[["{DIGEST}",null,null,null]]', ['{"id":"a","collection":null}']),
        (f'[["{DIGEST}",null,null,null]]', ['{"id":"a","collection":"c","ttl_seconds":"1"}']),
    ],
)
def test_what_could_not_be_served_again_does_not_come_in(deliveries: str, contents: list[str]) -> None:
    with pytest.raises(Invalid):
        SaveDocuments.decode("\n".join([deliveries, *contents]).encode())
