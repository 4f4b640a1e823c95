"""Whatever arrives is a line or none, and never an exception."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.bot.networks.irc.lines import LINE_BYTES_MAX, Line, LineBuffer, read_line, write_line


def test_a_line_with_everything() -> None:
    raw = b"@time=2026-01-01T00:00:00Z;+typing=active;account=ada;x=1 :Ada!a@h.example PRIVMSG #den :hello there"
    tags = {"time": "2026-01-01T00:00:00Z", "account": "ada"}
    assert read_line(raw) == Line("PRIVMSG", ("#den", "hello there"), "Ada", "Ada!a@h.example", tags)


def test_a_server_is_nobody() -> None:
    line = read_line(b":irc.example.net NOTICE * :looking up")
    assert line is not None
    assert (line.nick, line.mask) == ("", "")
    assert (line.param(1), line.param(-1), line.param(7), line.param(-3)) == ("looking up", "looking up", "", "")


def test_what_is_not_utf8_is_read_as_latin_1() -> None:
    line = read_line(b":a!b@c PRIVMSG #den :gr\xfc\xdfe")
    assert line is not None
    assert line.param(1) == "grüße"


@pytest.mark.parametrize(
    "raw", [b"", b"   ", b"\0", b"@", b"@tag", b"@time=1", b"@time=\xff x", b":", b": ", b":only", b"\xff" * 600]
)
def test_what_is_no_line(raw: bytes) -> None:
    line = read_line(raw)
    assert line is None or line.command


def test_only_the_tags_that_matter_are_looked_at() -> None:
    many = b";".join(b"t%d=\\s" % number for number in range(2_000)) + b";account=" + b"a" * 700 + b";bot"
    line = read_line(b"@" + many + b" PING x")
    assert line is not None
    assert line.tags == {"bot": ""}


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    line = read_line(raw)
    assert line is None or line.command == line.command.upper()


@given(st.binary(max_size=300), st.integers(1, 50))
def test_lines_are_the_same_in_whatever_pieces_they_come(data: bytes, size: int) -> None:
    buffer = LineBuffer()
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    assert [line for piece in pieces for line in buffer.feed(piece)] == LineBuffer().feed(data)


def test_a_line_without_end_is_left_out_and_the_next_one_read() -> None:
    buffer = LineBuffer()
    for _ in range(16):
        assert buffer.feed(b"x" * 65_536) == []
    assert buffer.feed(b"\nPING a\r\nPI") == [b"PING a"]
    assert buffer.feed(b"NG b\n") == [b"PING b"]
    assert buffer.left_out == 1
    assert buffer.feed(b"y" * LINE_BYTES_MAX + b"\n") == [b"y" * LINE_BYTES_MAX]


def test_nothing_that_is_written_ends_a_line_early() -> None:
    assert write_line("QUIT", "a\r\nJOIN #x\0") == "QUIT :a  JOIN #x "
    with pytest.raises(ValueError, match="space"):
        write_line("PRIVMSG", "a b", "c")
