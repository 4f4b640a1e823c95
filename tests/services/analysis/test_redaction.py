"""Texts without their secrets."""

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from services.analysis.redaction import Secret, redact, secrets_in
from services.analysis.steps.secrets import step
from tests.services.analysis.steps.sets.documents import value_of
from tests.services.analysis.steps.sets.reading import marked

SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=6)


def test_a_placeholder_names_the_kind() -> None:
    text = "write to anna@example.com or call +49 30 1234567 now"
    found = secrets_in(value_of(step, text), "text")
    assert redact(text, found) == "write to [email] or call [phone] now"


def test_nothing_of_the_set_is_left() -> None:
    for line in marked("secrets.txt"):
        redacted = redact(line.text, secrets_in(value_of(step, line.text), "text"))
        assert not any(line.text[mark.start : mark.end] in redacted for mark in line.marks), redacted


def test_each_field_has_its_own() -> None:
    value = value_of(step, "b@example.com", title="write to a@example.com")
    assert secrets_in(value, "title") == [Secret("email", 9, 22)]
    assert redact("b@example.com", secrets_in(value, "text")) == "[email]"


def test_one_may_leave_what_is_not_sure() -> None:
    value = value_of(step, "password: Sommer2025")
    assert secrets_in(value, "text", confidence_min=0.99) == []


def test_what_is_no_finding_of_secrets_has_none() -> None:
    values: list[JsonValue] = [None, [], {"secrets": 1}, {"secrets": [{"kind": "email"}, 7]}]
    for value in values:
        assert secrets_in(value, "text") == []


def test_what_overlaps_goes_as_one() -> None:
    spans = [Secret("password", 2, 6), Secret("email", 4, 9), Secret("phone", 12, 99)]
    assert redact("0123456789abcdef", spans) == "01[password]9ab[phone]"


@settings(max_examples=100, deadline=None)
@given(
    st.text(min_size=30, max_size=30, alphabet=st.characters(exclude_characters="[]", exclude_categories=["Ll"])), SPANS
)
def test_only_what_lies_outside_is_left(text: str, spans: list[tuple[int, int]]) -> None:
    secrets = [Secret("x", min(span), max(span)) for span in spans]
    outside = [at for at in range(30) if not any(secret.start <= at < secret.end for secret in secrets)]
    assert redact(text, secrets).replace("[x]", "") == "".join(text[at] for at in outside)
