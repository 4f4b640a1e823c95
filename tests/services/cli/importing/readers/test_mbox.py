"""mbox: messages, and what tells one from the next."""

from hypothesis import given
from hypothesis import strategies as st

from services.cli.importing.readers.mbox import MESSAGE_BYTES_MAX
from tests.services.cli.importing.reading import assert_resumable, fields_of, read, reasons_of, strange_bytes

FIRST = b"""From ada@example.org Mon Jan  1 10:00:00 2024
From: Ada <ada@example.org>
Message-ID: <1@example.org>
Subject: one

Hello,

From here on it is text, not a separator.
>From the sea. >>
>>From twice.

"""
SECOND = b"""From bob@example.org  Tue Jan  2 10:00:00 2024
Message-ID: <2@example.org>
Subject: two

Bye
"""
HEADLESS = b"From nobody Tue Jan  2 10:00:00 2024\n\nno headers at all\n\n"


def test_messages_are_told_apart_by_stamped_separators() -> None:
    found = read("mbox", FIRST + SECOND, bytes_at_once=7)

    assert [row["title"] for row in fields_of(found)] == ["one", "two"]
    assert fields_of(found)[0]["text"] == (
        "Hello,\n\nFrom here on it is text, not a separator.\nFrom the sea. >>\n>From twice."
    )
    assert [each.piece.offset for each in found] == [0, len(FIRST)]
    assert_resumable("mbox", FIRST + SECOND)


def test_a_message_without_headers_costs_its_neighbours_nothing() -> None:
    found = read("mbox", FIRST + HEADLESS + SECOND)

    assert [row["id"] for row in fields_of(found)] == ["1@example.org", "2@example.org"]
    assert reasons_of(found) == ["there are no mail headers"]
    assert found[1].piece.content == HEADLESS


def test_of_a_huge_message_the_beginning_is_read() -> None:
    huge = FIRST.rstrip() + b"\n" + (b"QUJD" * 250 + b"\n") * (MESSAGE_BYTES_MAX // 1_000) + b"\n"

    found = read("mbox", huge + SECOND)

    assert [row["title"] for row in fields_of(found)] == ["one", "two"]
    assert len(found[0].piece.content) == MESSAGE_BYTES_MAX


@given(st.lists(strange_bytes(60) | st.sampled_from([FIRST, SECOND, HEADLESS, b"\n"]), max_size=5))
def test_nothing_is_too_strange_to_be_read_and_taken_up_again(parts: list[bytes]) -> None:
    content = FIRST + b"".join(parts)

    assert fields_of(read("mbox", content))[0]["title"] == "one"
    assert_resumable("mbox", content)
