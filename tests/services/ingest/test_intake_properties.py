"""What holds for any bytes, any headers and any documents."""

import json
from collections.abc import Mapping

from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import JsonValue

from services.ingest.forms import split_array
from services.ingest.intake import Refused
from shared.limits import Limits
from tests.services.ingest.door import Kept, accepted, take

# Limits that small documents reach, so that the rules about size meet everything else.
TIGHT = Limits(document_bytes_max=60, text_bytes_max=8, data_bytes_max=8, depth_max=2, tags_max=1, documents_max=3)

WHITE_SPACE = st.text(alphabet=" \t\r\n", max_size=3)
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
SHORT = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
NAME = SHORT.filter(lambda name: name == name.strip())

JSON_VALUES: st.SearchStrategy[JsonValue] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**63), max_value=2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(alphabet=CHARACTERS, max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(alphabet=CHARACTERS, max_size=4), inner),
    max_leaves=10,
)

DOCUMENTS: st.SearchStrategy[dict[str, JsonValue]] = st.fixed_dictionaries(
    {"title": SHORT},
    optional={
        "text": st.text(alphabet=CHARACTERS, max_size=40),
        "id": NAME,
        "author": SHORT,
        "occurred_at": st.datetimes().map(lambda moment: f"{moment.replace(year=2020, day=1).isoformat()}+02:00"),
        "tags": st.lists(SHORT, max_size=3),
        "data": JSON_VALUES,
        "parents": st.lists(NAME, max_size=2),
        "ttl_seconds": st.integers(min_value=1, max_value=10**9),
    },
)

STRUCTURE = st.sampled_from([b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\n", b'{"text":"a"}'])
FIELDS = st.sampled_from([b'"text"', b'"data"', b'"tags"', b'"id"', b'"place"', b'"specversion"'])
TRAPS = st.sampled_from([b"\\u0000", b"\\ud800", b"1e999", b"NaN", b"null", b"\xef\xbb\xbf", b"\xff", b"\0"])
FRAGMENTS = STRUCTURE | FIELDS | TRAPS | st.binary(max_size=2)
PAYLOADS = st.binary(max_size=60) | st.lists(FRAGMENTS, max_size=30).map(b"".join)

WRONG = [b'{"txt": 1}', b"{}", b'{"text":"\xff"}', b'{"text":"\\ud800"}', b"[" * 300 + b"]" * 300, b"x"]

HEADERS = st.dictionaries(
    st.sampled_from(["Content-Type", "Nats-Msg-Id", "ce-id", "ce-specversion", "CE-Source", "ce-type", "ce-time", "X"])
    | st.text(max_size=5),
    st.sampled_from(["application/json", "text/plain", "application/x-ndjson", "image/png; charset=x", "1.0", "%FF"])
    | st.sampled_from(["application/cloudevents+json", "application/cloudevents-batch+json", "2026-01-01T00:00:00Z"])
    | st.text(max_size=8),
)


@given(payload=PAYLOADS, headers=HEADERS | st.just({}), at_the_put_door=st.booleans(), tight=st.booleans())
@example(payload=b"", headers={"ce-id": "\ud800"}, at_the_put_door=False, tight=False)
@example(payload=b"a", headers={"Nats-Msg-Id": "\ud800"}, at_the_put_door=False, tight=False)
def test_nothing_that_arrives_breaks_it(
    payload: bytes, headers: Mapping[str, str], at_the_put_door: bool, tight: bool
) -> None:
    collection = None if at_the_put_door else "notes"
    limits = TIGHT if tight else Limits()
    taken = take(payload, headers, collection=collection, limits=limits)
    assert taken
    for index, each in enumerate(taken):
        if isinstance(each, Refused):
            assert each.reason.detail
            assert each.original == payload if each.index is None else each.original in payload
            assert each.index == index or (each.index is None and len(taken) == 1)
        else:
            assert each.id
            assert each.collection
    again = take(payload, headers, collection=collection, limits=limits)
    assert [_comparable(each) for each in again] == [_comparable(each) for each in taken]


@given(collection=st.text(max_size=8))
def test_any_subject_is_taken_or_refused(collection: str) -> None:
    assert len(take(b"a", collection=collection)) == 1


@given(documents=st.lists(DOCUMENTS, min_size=1, max_size=4), ascii_only=st.booleans(), indent=st.none() | st.just(2))
def test_the_form_makes_no_difference(
    documents: list[dict[str, JsonValue]], ascii_only: bool, indent: int | None
) -> None:
    array = json.dumps(documents, ensure_ascii=ascii_only, indent=indent)
    lines = [json.dumps(each, ensure_ascii=ascii_only) for each in documents]
    alone = [_content(draft) for line in lines for draft in accepted(take(line))]
    assert [_content(draft) for draft in accepted(take(array))] == alone
    assert [_content(draft) for draft in accepted(take("\n".join(lines)))] == alone
    assert [json.loads(draft.encode()).get("title") for draft in alone] == [each["title"] for each in documents]


@given(
    documents=st.lists(DOCUMENTS, min_size=1, max_size=4),
    wrong=st.sampled_from(WRONG),
    at=st.integers(min_value=0, max_value=4),
    white_space=WHITE_SPACE,
)
def test_a_wrong_one_among_good_ones_is_alone(
    documents: list[dict[str, JsonValue]], wrong: bytes, at: int, white_space: str
) -> None:
    good = [json.dumps(each).encode() for each in documents]
    index = min(at, len(good))
    elements = [*good[:index], wrong, *good[index:]]
    space = white_space.encode()
    taken = take(b"[" + b",".join(space + each + space for each in elements) + b"]")
    refused = taken.pop(index)
    assert isinstance(refused, Refused)
    assert (refused.original, refused.index) == (wrong, index)
    alone = [_content(draft) for each in good for draft in accepted(take(each))]
    assert [_content(draft) for draft in accepted(taken)] == alone


@given(values=st.lists(JSON_VALUES, max_size=5), white_space=WHITE_SPACE, ascii_only=st.booleans())
def test_an_array_is_cut_where_it_was_joined(values: list[JsonValue], white_space: str, ascii_only: bool) -> None:
    space = white_space.encode()
    elements = [json.dumps(each, ensure_ascii=ascii_only, indent=len(space) or None).encode() for each in values]
    joined = space + b"[" + b",".join(space + each + space for each in elements) + b"]" + space
    assert split_array(joined) == elements


def _content(draft: Kept) -> Kept:
    """A draft without what depends on its message."""
    return draft.model_copy(update={"place": None, "id": None if (draft.id or "").startswith("1a2b-77") else draft.id})


def _comparable(taken: Kept | Refused) -> object:
    if isinstance(taken, Refused):
        return taken.reason.detail, taken.original, taken.index
    return taken
