"""Dead letters over a wire: whose they are, what is sent again, and a replay that is cut half-way."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

import pytest

from shared.bus.bus import Bus
from shared.bus.memory import Faults, MemoryBroker, MemoryWire
from shared.bus.streams import DEAD, DOCS, STREAMS
from shared.bus.wire import MESSAGE_ID_HEADER, Delivery
from shared.clock import SystemClock
from shared.contracts.dead import DeadLetter, as_text
from shared.contracts.problem import Problem
from shared.dead import Buried, DeadLetters
from shared.errors import Conflict, Invalid, NotFound, Unavailable

CLOCK = SystemClock()


class WireThatFailsToDrop(MemoryWire):
    """As if the program were killed between the two halves of a replay."""

    async def drop(self, stream: object, seq: int) -> bool:
        raise Unavailable("cut")


@dataclass(frozen=True)
class Ground:
    broker: MemoryBroker
    wire: MemoryWire
    letters: DeadLetters

    async def bury(self, tenant: str = "main", payload: bytes = b"hello", **said: object) -> Buried:
        text, encoding = as_text(payload)
        whole: Mapping[str, object] = {
            "subject": f"postil.{tenant}.docs.notes", "problem": Problem.of(Invalid("the reason")), "attempts": 2,
            "at": CLOCK.now(), "payload": text, "encoding": encoding, **said,
        }  # fmt: skip
        await Bus(self.wire).publish(tenant, DeadLetter.model_validate(whole))
        newest = await self.wire.last(DEAD, f"postil.{tenant}.dead")
        assert newest is not None
        assert newest.place is not None
        return await self.letters.get(tenant, newest.place.seq)

    async def docs(self, tenant: str = "main") -> list[Delivery]:
        return list(await self.wire.read(DOCS, f"postil.{tenant}.docs.>", 0, 100))

    async def seqs(self, tenant: str = "main") -> list[int]:
        return [buried.seq for buried in await self.letters.page(tenant)]


@pytest.fixture
async def ground() -> Ground:
    broker = MemoryBroker(CLOCK, Random(1), Faults())
    wire = MemoryWire(broker, "test")
    await wire.ensure(STREAMS, ())
    return Ground(broker, wire, DeadLetters(wire))


async def test_a_tenant_has_its_own_letters_only(ground: Ground) -> None:
    mine, theirs = await ground.bury("main"), await ground.bury("other")

    assert await ground.seqs("main") == [mine.seq]
    for attempt in (ground.letters.get("main", theirs.seq), ground.letters.drop("main", theirs.seq)):
        with pytest.raises(NotFound, match=f"there is no dead letter {theirs.seq}"):
            await attempt
    assert await ground.seqs("other") == [theirs.seq]


async def test_a_letter_says_what_was_sent_to_the_byte(ground: Ground) -> None:
    buried = await ground.bury(payload=b"\xff\x00")

    assert buried.letter.original == b"\xff\x00"
    assert buried.letter.problem.detail == "the reason"
    assert buried.size_bytes > 100


async def test_there_is_no_letter_before_the_first(ground: Ground) -> None:
    with pytest.raises(NotFound):
        await ground.letters.get("main", 0)


async def test_what_is_sent_again_is_what_was_sent(ground: Ground) -> None:
    headers = {"Content-Type": "text/plain", "X-Mine": "1", "Nats-Msg-Id": "old", "Nats-Expected-Last-Sequence": "5"}
    buried = await ground.bury(payload=b"\xff\x00", headers=headers)

    assert await ground.letters.replay("main", buried) == 1

    (sent,) = await ground.docs()
    assert (sent.subject, sent.payload) == ("postil.main.docs.notes", b"\xff\x00")
    assert dict(sent.headers) == {
        "Content-Type": "text/plain", "X-Mine": "1", MESSAGE_ID_HEADER: f"replay-{buried.epoch}-{buried.seq}",
    }  # fmt: skip
    assert await ground.seqs() == []


async def test_an_element_is_sent_again_as_the_document_that_it_is(ground: Ground) -> None:
    headers = {"content-type": "application/x-ndjson", "ce-id": "1"}
    buried = await ground.bury(payload=b'{"text": "x"}', headers=headers, index=3)

    await ground.letters.replay("main", buried)

    (sent,) = await ground.docs()
    assert {name: value for name, value in sent.headers.items() if name != MESSAGE_ID_HEADER} == {
        "Content-Type": "application/json"
    }


async def test_a_replay_that_is_cut_half_way_adds_no_second_document(ground: Ground) -> None:
    buried = await ground.bury()
    with pytest.raises(Unavailable, match="cut"):
        await DeadLetters(WireThatFailsToDrop(ground.broker, "cut")).replay("main", buried)

    assert await ground.seqs() == [buried.seq]
    await ground.letters.replay("main", buried)

    assert len(await ground.docs()) == 1
    assert await ground.seqs() == []


@pytest.mark.parametrize(
    "subject", ["postil.other.docs.notes", "postil.main.changes.notes", "postil.main.docs", "$JS.API"]
)
async def test_a_letter_can_not_send_anything_anywhere_else(ground: Ground, subject: str) -> None:
    buried = await ground.bury(subject=subject)

    with pytest.raises(Conflict, match="only documents can be sent again"):
        await ground.letters.replay("main", buried)
    assert await ground.seqs() == [buried.seq]


async def test_what_was_not_kept_whole_is_not_sent_again(ground: Ground) -> None:
    cut = await ground.bury(payload=b"x" * 100, cut_from_bytes=200)
    broken = await ground.bury(payload=b"x", encoding="base64")

    with pytest.raises(Conflict, match="too large to be kept whole"):
        await ground.letters.replay("main", cut)
    with pytest.raises(Conflict, match="base64"):
        await ground.letters.replay("main", broken)


async def test_all_are_those_that_are_there_now(ground: Ground) -> None:
    for number in range(250):
        await ground.bury(problem=Problem.of(Invalid(f"Reason {number % 2}")))

    seen = []
    async for buried in ground.letters.all("main", reason_contains="reason 1"):
        seen.append(buried.seq)
        await ground.letters.replay("main", buried)
        await ground.bury(problem=Problem.of(Invalid("reason 1")))

    assert seen == list(range(2, 251, 2))
    assert [buried.seq async for buried in ground.letters.all("nobody")] == []


async def test_what_is_no_letter_can_be_looked_at_and_dropped(ground: Ground) -> None:
    await ground.wire.append("postil.main.dead", b"\xffhello")

    (buried,) = await ground.letters.page("main")
    assert base64.b64decode(buried.letter.payload) == b"\xffhello"
    assert buried.letter.problem.detail.startswith("this is no dead letter")
    await ground.letters.drop("main", buried.seq)
    assert await ground.seqs() == []
