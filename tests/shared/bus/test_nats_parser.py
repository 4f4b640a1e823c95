"""Reading the protocol: whatever the pieces in which it comes, and whatever strangers put into it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some
from nats.errors import ProtocolError

from shared.bus.nats.parser import LINE_BYTES_MAX, Message, Parser, parse_headers


class Receiver:
    """Notes what the parser makes of its input."""

    def __init__(self) -> None:
        self.noted: list[object] = []
        self.parser = Parser(self, lambda number, message: self.noted.append((number, message)))

    async def _process_err(self, err_msg: str) -> None:
        self.noted.append(("error", err_msg))

    async def _process_ping(self) -> None:
        self.noted.append("ping")

    async def _process_pong(self) -> None:
        self.noted.append("pong")

    async def _process_info(self, info: dict[str, object]) -> None:
        self.noted.append(("info", info))


ALL_KINDS = (
    b'INFO {"max_payload":10}\r\n'
    b"PING\r\n"
    b"MSG a.b 1 5\r\nhello\r\n"
    b"MSG a.b 2 reply.to 7\r\n\r\nPING\r\r\n"
    b"HMSG c 3 12 17\r\nNATS/1.0\r\n\r\nhello\r\n"
    b"HMSG c 4 reply.to 19 19\r\nNATS/1.0\r\nA: b \r\n\r\n\r\n"
    b"+OK\r\n"
    b"PONG\r\n"
    b"-ERR 'Some Trouble'\r\n"
)
ALL_MESSAGES: list[object] = [
    (1, Message("a.b", "", {}, b"hello", 0, "", 8)),
    (2, Message("a.b", "reply.to", {}, b"\r\nPING\r", 0, "", 18)),
    (3, Message("c", "", {}, b"hello", 0, "", 18)),
    (4, Message("c", "reply.to", {"A": "b"}, b"", 0, "", 28)),
]
ALL_LINES: list[object] = [("info", {"max_payload": 10}), "ping", "pong", ("error", "'some trouble'")]


@given(some.lists(some.integers(1, len(ALL_KINDS) - 1), max_size=12))
async def test_it_does_not_matter_where_the_pieces_are_cut(cuts: list[int]) -> None:
    receiver = Receiver()
    edges = [0, *sorted(cuts), len(ALL_KINDS)]
    for begin, end in pairwise(edges):
        await receiver.parser.parse(ALL_KINDS[begin:end])
    # Of what comes in one piece, messages are first.
    assert [each for each in receiver.noted if each in ALL_MESSAGES] == ALL_MESSAGES
    assert [each for each in receiver.noted if each not in ALL_MESSAGES] == ALL_LINES


@given(some.binary(max_size=200))
async def test_headers_of_any_bytes_are_read_without_an_error(block: bytes) -> None:
    status, description, headers = parse_headers(block)
    assert isinstance(status, int)
    assert all(isinstance(text, str) for text in (description, *headers, *headers.values()))


def test_a_status_comes_with_its_description_and_its_headers() -> None:
    block = b"NATS/1.0 409 Batch Completed\r\nNats-Pending-Bytes: 12\r\n\r\n"
    assert parse_headers(block) == (409, "Batch Completed", {"Nats-Pending-Bytes": "12"})


@pytest.mark.parametrize(
    ("subject", "read_as"),
    [
        (b"a.\xff\xfe", "a.\\xff\\xfe"),
        (b"a.\x0cb", "a.\x0cb"),
        (b"a.\x0bb", "a.\x0bb"),
        (b"a.\x00", "a.\x00"),
        ("a.é".encode(), "a.é"),
    ],
)
async def test_a_strange_subject_is_read_like_any_other(subject: bytes, read_as: str) -> None:
    receiver = Receiver()
    await receiver.parser.parse(b"MSG %b 1 2\r\nhi\r\nPING\r\n" % subject)
    message, after = receiver.noted
    assert isinstance(message, tuple)
    assert (message[1].subject, after) == (read_as, "ping")


@pytest.mark.parametrize(
    "line", [b"HELLO\r\n", b"MSG a b\r\n", b"MSG a x 0\r\n\r\n", b"HMSG a 1 x 2\r\n\r\n\r\n", b"INFO {\r\n"]
)
async def test_what_is_not_the_protocol_is_called_so(line: bytes) -> None:
    with pytest.raises(ProtocolError):
        await Receiver().parser.parse(line)


async def test_a_line_without_an_end_is_not_gathered_for_ever() -> None:
    receiver = Receiver()
    await receiver.parser.parse(b"x" * LINE_BYTES_MAX)
    with pytest.raises(ProtocolError):
        await receiver.parser.parse(b"x")


async def test_the_rest_of_a_lost_connection_does_not_open_the_next_one() -> None:
    class Losing(Receiver):
        async def _process_err(self, err_msg: str) -> None:
            self.parser.reset()

    receiver = Losing()
    await receiver.parser.parse(b"-ERR 'Server Shutdown'\r\nMSG a 1 500\r\nhalf a mess")
    await receiver.parser.parse(b"PING\r\n")
    assert receiver.noted == ["ping"]
