"""Both write doors, with a database behind them, in simulated time."""

from collections.abc import Awaitable, Callable

import orjson

from services.database.store import Save
from shared.bus.bus import ERROR_CODE_HEADER, Bus
from shared.bus.memory import Faults, MemoryWire
from shared.bus.streams import DEAD
from shared.bus.wire import MESSAGE_ID_HEADER
from shared.contracts.dead import DeadLetter
from shared.contracts.documents import Draft, GetDocument, ListDocuments
from shared.contracts.saving import PutDocuments
from shared.contracts.stats import GetStats
from tests.conformance.store.ground import draft
from tests.simulation.house import House
from tests.simulation.loop import Simulation, run_simulated
from tests.until import until

Story = Callable[[House, Bus], Awaitable[None]]


def in_a_quiet_house(story: Story) -> None:
    async def told(simulation: Simulation) -> None:
        house = House(simulation, Faults(), death_rate=0.0)

        async def quiet() -> None:
            await house.everybody_is_back()
            await story(house, Bus(house.wire("client")))

        await house.while_living(quiet)

    run_simulated(told, 1)


async def texts(bus: Bus) -> list[str | None]:
    return [document.text for document in (await bus.ask("main", ListDocuments())).items]


async def letters(wire: MemoryWire) -> list[DeadLetter]:
    return [DeadLetter.decode(each.payload) for each in await wire.read(DEAD, DEAD.subject, 0, 100)]


async def _has(bus: Bus, documents: int) -> bool:
    return (await bus.ask("main", GetStats())).documents == documents


async def _has_letters(wire: MemoryWire, count: int) -> bool:
    return len(await letters(wire)) == count


def test_a_bad_element_becomes_a_letter_with_its_own_bytes_and_its_neighbours_are_kept() -> None:
    async def story(house: House, bus: Bus) -> None:
        payload = b'[{"text": "a"}, {"txt":  "b"}, {"text": "c"}]'
        await bus.wire.append("postil.main.docs.notes", payload, {"X-Mine": "kept"})
        await until(lambda: _has_letters(house.wire("reader"), 1))
        assert await texts(bus) == ["a", "c"]
        [letter] = await letters(house.wire("reader"))
        assert (letter.original, letter.index, letter.stream_seq) == (b'{"txt":  "b"}', 1, 1)
        assert letter.problem.detail == "unknown field 'txt'"
        assert letter.headers == {"X-Mine": "kept"}

    in_a_quiet_house(story)


def test_bytes_that_are_no_text_come_back_from_a_letter_as_they_were() -> None:
    async def story(house: House, bus: Bus) -> None:
        await bus.wire.append("postil.main.docs.notes", b'{"text": "\xff"}')
        await until(lambda: _has_letters(house.wire("reader"), 1))
        [letter] = await letters(house.wire("reader"))
        assert (letter.encoding, letter.original) == ("base64", b'{"text": "\xff"}')

    in_a_quiet_house(story)


def test_what_the_database_refuses_is_a_letter_too() -> None:
    async def story(house: House, bus: Bus) -> None:
        await house.store.commit([Save("main", [draft("a", "tickets", text="there")])])
        await bus.wire.append("postil.main.docs.notes", b'[{"text": "b"}, {"id": "a", "text": "here"}]')
        await until(lambda: _has_letters(house.wire("reader"), 1))
        [letter] = await letters(house.wire("reader"))
        assert (letter.original, letter.problem.status) == (b'{"id": "a", "text": "here"}', 409)
        assert sorted(str(text) for text in await texts(bus)) == ["b", "there"]

    in_a_quiet_house(story)


def test_a_message_for_no_tenant_that_could_be_is_a_letter_of_its_own() -> None:
    async def story(house: House, bus: Bus) -> None:
        await bus.wire.append("postil.main.docs.a b", b'{"text": "a"}')
        await bus.wire.append("postil.main.docs.notes", b'{"text": "good"}')
        await until(lambda: _has_letters(house.wire("reader"), 1))
        await until(lambda: _has(bus, 1))

    in_a_quiet_house(story)


def test_put_answers_each_document_in_its_place() -> None:
    async def story(house: House, bus: Bus) -> None:
        payload = b'[{"collection":"notes","text":"a"},{"collection":"notes"},{"collection":"notes","text":"c"}]'
        reply = orjson.loads((await bus.ask_raw("main", "put", payload)).payload)
        assert [each.get("outcome") for each in reply["results"]] == ["created", None, "created"]
        assert reply["results"][1]["error"]["status"] == 400

    in_a_quiet_house(story)


def test_a_put_of_one_bad_document_is_a_failed_request_that_says_it_both_ways() -> None:
    async def story(house: House, bus: Bus) -> None:
        reply = await bus.wire.request("postil.main.put", b'{"collection":"notes","txt":1}', seconds_max=5)
        assert reply.headers[ERROR_CODE_HEADER] == "400"
        problem = orjson.loads(reply.payload)
        assert problem["detail"] == problem["results"][0]["error"]["detail"] == "unknown field 'txt'"

    in_a_quiet_house(story)


def test_the_same_put_again_is_the_same_document() -> None:
    async def story(house: House, bus: Bus) -> None:
        draft = Draft(collection="notes", text="a", idempotency_key="k")
        first = await bus.ask("main", PutDocuments(documents=(draft,)))
        assert await bus.ask("main", PutDocuments(documents=(draft,))) == first
        other = draft.model_copy(update={"text": "b"})
        [refused] = (await bus.ask("main", PutDocuments(documents=(other,)))).results
        assert refused.error is not None
        assert refused.error.status == 409
        payload = draft.model_copy(update={"idempotency_key": None}).encode()
        named = [(await bus.ask_raw("main", "put", payload, {MESSAGE_ID_HEADER: "m-1"})).payload for _ in range(2)]
        assert [orjson.loads(each)["results"][0]["outcome"] for each in named] == ["created", "unchanged"]

    in_a_quiet_house(story)


def test_a_large_message_is_saved_in_portions_and_in_order() -> None:
    async def story(house: House, bus: Bus) -> None:
        documents = [{"id": f"{number:05}", "text": "x" * 900} for number in range(3_000)]
        for half in (documents[:1_500], documents[1_500:]):
            await bus.wire.append("postil.main.docs.notes", orjson.dumps(half))
        await until(lambda: _has(bus, 3_000), seconds_max=60)
        assert (await bus.ask("main", GetDocument(id="02999"))).seq == 3_000

    in_a_quiet_house(story)


def test_tenants_share_the_door_and_nothing_else() -> None:
    async def story(house: House, bus: Bus) -> None:
        for tenant in ("main", "acme"):
            await bus.wire.append(f"postil.{tenant}.docs.notes", orjson.dumps({"id": "a", "text": tenant}))
        await until(lambda: _has(bus, 1))
        assert (await bus.ask("main", GetDocument(id="a"))).text == "main"
        assert (await bus.ask("acme", GetDocument(id="a"))).text == "acme"

    in_a_quiet_house(story)
