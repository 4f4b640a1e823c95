"""What every contract has in common."""

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.contracts.annotations import Annotation
from shared.contracts.documents import Document, Draft, GetDocument, ListDocuments
from shared.contracts.message import Collection, Event, Tenant, subject_for, tenant_and_address
from shared.contracts.problem import Problem
from shared.contracts.saving import PutDocuments, SaveResults
from shared.errors import KINDS, Internal, Invalid, PostilError
from tests.shared.contracts.samples import DOCUMENT, MOMENT


def test_a_query_knows_its_reply_from_its_declaration() -> None:
    assert GetDocument.reply is Document
    assert PutDocuments.reply is SaveResults


def test_an_empty_payload_is_a_query_without_fields() -> None:
    assert ListDocuments.decode(b"") == ListDocuments()


def test_an_unknown_field_is_refused_by_its_name() -> None:
    with pytest.raises(Invalid, match="unknown field 'colection'"):
        ListDocuments.decode(b'{"colection": "tickets"}')


def test_an_older_reader_ignores_what_a_newer_writer_adds() -> None:
    newer = DOCUMENT.encode()[:-1] + b',"mood":"new"}'
    assert Document.decode(newer) == DOCUMENT


def test_many_mistakes_are_told_in_one_bounded_sentence() -> None:
    with pytest.raises(Invalid, match="and 3 more") as caught:
        Draft.decode(b'{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1}')
    assert caught.value.detail.count("unknown field") == 5


def test_at_is_a_number_or_a_whole_moment() -> None:
    assert GetDocument.decode(b'{"id":"a","at":5}').at == 5
    assert GetDocument.decode(b'{"id":"a","at":"2026-11-20T08:30:00.123Z"}').at == MOMENT
    with pytest.raises(Invalid, match=r"'at.time' must be a date, a time and a zone"):
        GetDocument.decode(b'{"id":"a","at":"2025"}')


@pytest.mark.parametrize("value", [b"NaN", b"[1, -Infinity]", b'{"a": [{"b": 1e999}]}'])
def test_a_note_holds_no_number_that_json_has_no_word_for(value: bytes) -> None:
    with pytest.raises(Invalid, match="not finite"):
        Annotation.decode(b'{"id": "a", "version": 1, "step": "s", "value": %b}' % value)


@pytest.mark.parametrize("name", ["tickets", "chat.irc.#python", "größe", "a-b_c"])
def test_a_collection_is_a_part_of_a_subject(name: str) -> None:
    assert TypeAdapter(Collection).validate_python(name) == name


@pytest.mark.parametrize("name", ["", ".", "a.", ".a", "a..b", "a b", "a*", "a.>", "a\x00b", "a\u200bb", "x" * 201])
def test_what_can_not_stand_in_a_subject_is_no_collection(name: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Collection).validate_python(name)


@pytest.mark.parametrize("name", ["", "a.b", "a b", "*", "ä", "x" * 65])
def test_a_tenant_is_one_plain_word(name: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Tenant).validate_python(name)


def test_a_subject_is_taken_apart_as_it_was_put_together() -> None:
    assert tenant_and_address(subject_for("acme", "docs.chat.irc")) == ("acme", "docs.chat.irc")


@pytest.mark.parametrize("subject", ["postil", "postil.main", "other.main.docs.x", "postil..docs", ""])
def test_a_foreign_subject_is_refused(subject: str) -> None:
    with pytest.raises(Invalid):
        tenant_and_address(subject)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.__name__)
def test_an_error_travels_and_is_itself_again(kind: type[PostilError]) -> None:
    problem = Problem.decode(Problem.of(kind("why")).encode())
    assert (problem.status, problem.detail) == (kind.code, "why")
    assert type(problem.error()) is kind


def test_an_error_of_an_unknown_kind_is_internal() -> None:
    problem = Problem(type="urn:postil:unheard-of", title="?", status=418, detail="teapot")
    assert type(problem.error()) is Internal


def test_an_event_that_has_no_address_says_so() -> None:
    with pytest.raises(TypeError, match="where it is published"):
        _ = Event().address
