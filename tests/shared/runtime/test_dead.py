"""Writing dead letters."""

from random import Random

import pytest

from shared.bus.bus import Bus
from shared.bus.memory import MemoryBroker, MemoryWire
from shared.bus.streams import DEAD, STREAMS
from shared.bus.wire import NO_HEADERS, Delivery, Headers
from shared.clock import SystemClock
from shared.contracts.dead import DeadLetter
from shared.errors import Invalid, TooLarge
from shared.runtime.dead import Undertaker
from tests.shared.runtime.fakes import delivery


class Narrow(MemoryWire):
    """A wire to a broker that takes short messages only."""

    payload_bytes_max = 2_000

    async def append(self, subject: str, payload: bytes, headers: Headers = NO_HEADERS) -> int:
        if len(payload) > self.payload_bytes_max:
            raise TooLarge("the message is too large for the broker")
        return await super().append(subject, payload, headers)


@pytest.fixture
async def wire() -> Narrow:
    wire = Narrow(MemoryBroker(SystemClock(), Random(1)), "test")
    await wire.ensure(STREAMS, ())
    return wire


async def letters(wire: MemoryWire) -> list[DeadLetter]:
    return [DeadLetter.decode(each.payload) for each in await wire.read(DEAD, DEAD.subject, 0, 10)]


@pytest.mark.parametrize("payload", [b'{"txt": "a"}', b"\xff\x00\xfe", b"", "größe".encode()])
async def test_the_original_is_kept_to_the_byte(wire: Narrow, payload: bytes) -> None:
    await Undertaker(Bus(wire), SystemClock()).bury(delivery(7, payload), Invalid("why"))
    [letter] = await letters(wire)
    assert (letter.original, letter.stream_seq, letter.problem.detail) == (payload, 7, "why")
    assert letter.cut_from_bytes is None


async def test_burying_the_same_again_adds_nothing_and_another_element_does(wire: Narrow) -> None:
    undertaker = Undertaker(Bus(wire), SystemClock())
    for index in (0, 0, 1, None):
        await undertaker.bury(delivery(7), Invalid("why"), payload=b"x", index=index)
    assert [letter.index for letter in await letters(wire)] == [0, 1, None]


async def test_what_has_no_place_is_buried_each_time(wire: Narrow) -> None:
    undertaker = Undertaker(Bus(wire), SystemClock())
    for _ in range(2):
        await undertaker.bury(Delivery("postil.main.put", b"x"), Invalid("why"))
    assert len(await letters(wire)) == 2


@pytest.mark.parametrize("byte", [b"x", b"\xff"])
async def test_of_what_the_broker_does_not_take_the_beginning_is_kept_and_the_letter_says_so(
    wire: Narrow, byte: bytes
) -> None:
    await Undertaker(Bus(wire), SystemClock()).bury(delivery(7, byte * 50_000), Invalid("why"))
    [letter] = await letters(wire)
    assert letter.cut_from_bytes == 50_000
    assert 500 < len(letter.original) < 2_000
    assert set(letter.original) == set(byte)


async def test_a_broker_that_takes_not_even_the_reason_is_told_of(wire: Narrow) -> None:
    wire.payload_bytes_max = 10
    with pytest.raises(TooLarge):
        await Undertaker(Bus(wire), SystemClock()).bury(delivery(7, b"x" * 100), Invalid("why"))
