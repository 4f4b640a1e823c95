"""One e-mail as a document, with everything that senders get wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import to_json

from services.cli.importing.mail import BadMail, document_of
from services.cli.importing.rows import Fields
from shared.contracts.documents import Draft


def mail(headers: bytes, body: bytes = b"text") -> Fields:
    return document_of(headers.strip() + b"\n\n" + body)


def test_headers_become_fields() -> None:
    document = mail(
        b"From: =?utf-8?q?J=C3=BCrgen?= <j@example.org>\n"
        b"To: a@example.org, B <b@example.org>\nCc: c@example.org\n"
        b"Subject: =?iso-8859-1?Q?Gr=FC=DFe?= =?utf-8?B?IQ==?=\n"
        b"Date: Mon, 01 Jan 2024 10:00:00 +0200\n"
        b"Message-ID: <3@example.org>\nIn-Reply-To: <2@example.org>\nReferences: <1@example.org>\n <2@example.org>\n"
    )

    assert document == {
        "id": "3@example.org",
        "kind": "email",
        "title": "Grüße!",
        "text": "text",
        "author": "Jürgen <j@example.org>",
        "occurred_at": "2024-01-01T10:00:00+02:00",
        "thread": "1@example.org",
        "parents": ["2@example.org"],
        "data": {"to": ["a@example.org", "b@example.org"], "cc": ["c@example.org"]},
    }


def test_a_message_that_answers_none_begins_a_thread() -> None:
    assert mail(b"Message-ID: <1@example.org>\nSubject: x")["thread"] == "1@example.org"


def test_a_reference_stands_in_for_a_missing_reply_header() -> None:
    assert mail(b"Message-ID: <3@x>\nReferences: <1@x> <2@x>")["parents"] == ["2@x"]


def test_a_long_message_id_is_shortened_the_same_way_wherever_it_stands() -> None:
    long = b"<" + b"x" * 300 + b"@example.org>"
    document = mail(b"Message-ID: " + long + b"\nIn-Reply-To: " + long)

    assert document["parents"] == [document["id"]]
    assert len(str(document["id"])) < 200


@pytest.mark.parametrize("date", [b"yesterday", b"Mon, 99 Foo 2024 99:99:99 +9999", b""])
def test_a_date_that_is_none_is_left_out(date: bytes) -> None:
    assert "occurred_at" not in mail(b"Subject: x\nDate: " + date)


def test_a_date_without_a_zone_is_in_utc() -> None:
    assert mail(b"Subject: x\nDate: Mon, 01 Jan 2024 10:00:00 -0000")["occurred_at"] == "2024-01-01T10:00:00+00:00"


def test_plain_text_is_taken_and_attachments_are_not() -> None:
    document = mail(
        b'Subject: x\nContent-Type: multipart/mixed; boundary="b"',
        b"--b\nContent-Type: multipart/alternative; boundary=c\n\n"
        b"--c\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\ngr=FC=DFe\n"
        b"--c\nContent-Type: text/html\n\n<p>html</p>\n--c--\n"
        b"--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\nattached\n--b--\n",
    )

    assert document["text"] == "grüße"


@pytest.mark.parametrize("end", [b"</body>", b"", b"<![abc[ x ]]>", b"<!"])
def test_html_stands_in_where_there_is_no_plain_text(end: bytes) -> None:
    html = b"<head><style>p {}</style></head><body><p>One &amp; two</p><script>no()</script>three<br>four"
    document = mail(b"Subject: x\nContent-Type: text/html; charset=utf-8", html + end)

    assert str(document["text"]).split("\n")[:2] == ["One & two", "three"]


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        (b"no-such-charset", "grüße".encode(), "grüße"),
        (b"us-ascii", "grüße".encode(), "grüße"),
        (b"utf-8", b"gr\xfc\xdfe", "grüße"),
        (b"utf-16", b"x", "x"),
        (b"hex", b"6869", "6869"),
        (b"raw_unicode_escape", b"half \\ud800", "half ?"),
    ],
)
def test_a_wrong_charset_is_forgiven(charset: bytes, body: bytes, text: str) -> None:
    assert mail(b"Subject: x\nContent-Type: text/plain; charset=" + charset, body)["text"] == text


def test_broken_base64_and_control_characters_do_no_harm() -> None:
    document = mail(
        b"Subject: a\x1b[31m\x00b =?utf-8?B?a?=\nFrom: =?utf-8?Q?=ZZ?=\nContent-Transfer-Encoding: base64",
        b"a\x00===b",
    )

    assert "\x1b" not in str(document["title"])
    assert "\0" not in str(document.get("text", ""))


def test_a_long_subject_is_cut_to_what_a_title_may_be() -> None:
    assert len(str(mail(b"Subject: " + b"word " * 1_000)["title"])) == 1_000


def test_parts_within_parts_without_end_and_mails_without_content_are_refused() -> None:
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(2_000))

    with pytest.raises(BadMail, match="nested too deeply"):
        document_of(b"Subject: x\n" + nested)
    with pytest.raises(BadMail, match="neither a subject nor a text"):
        mail(b"From: a@example.org", b"")


@given(st.binary(max_size=200), st.binary(max_size=100))
def test_whatever_it_becomes_is_a_document_or_refused(headers: bytes, body: bytes) -> None:
    try:
        document = document_of(b"Subject: s\nFrom: " + headers + b"\n\n" + body)
    except BadMail:
        return
    assert Draft.decode(to_json(document)).title == "s"
