"""The second halves: they get what they need, and whoever is away makes a finding `degraded` until he is back."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise

from services.analysis.step import Desk, Finding, Noted, Step
from shared.bus.bus import reply_with
from shared.bus.wire import Calling, Delivery, Endpoint, Reply
from shared.contracts.search import FindAlike, Neighbour, Neighbourhood, Neighbourhoods, Unplaced
from shared.settings import AnalysisSettings
from tests.services.analysis.house import House, finishing, live, words
from tests.until import until


async def _alike(noted: Sequence[Noted], desk: Desk) -> Sequence[Finding]:
    items = [Unplaced(id=each.document.id) for each in noted]
    found = await desk.alike(noted[0].document.tenant, items, None)
    return [Finding([neighbour.id for neighbour in each.similar]) for each in found]


ALIKE = Step("alike", 1, lambda document: "half", finish=_alike)


async def _open_search(house: House) -> None:
    async def answer(request: Delivery) -> Reply:
        query = FindAlike.decode(request.payload)
        items = tuple(Neighbourhood(id=i.id, similar=(Neighbour(id="old", score=1.0),)) for i in query.items)
        return reply_with(Neighbourhoods(items=items, applied_seq=1))

    wire = house.wire("search")
    await wire.answer(Calling("search", "1.0.0", "", dict), [Endpoint("alike", "postil.*.alike", answer, 1)])


def test_whoever_is_away_degrades_the_finding_and_it_is_repaired_when_he_is_back() -> None:
    async def story(house: House) -> None:
        await house.open_analysis()
        await house.put("a")
        notes = await house.until_noted("a", "alike", "words")
        assert (notes["alike"].status, notes["alike"].value) == ("degraded", "half")
        assert notes["alike"].reason
        assert notes["words"].status == "ok"
        await _open_search(house)
        notes = await house.until_noted("a", "alike", status="ok", seconds_max=600)
        assert notes["alike"].value == ["old"]
        assert notes["alike"].reason is None
        assert len(await house.annotating("a")) == 2

    live(story, [words(), ALIKE])


def test_a_second_half_gets_what_it_needs_whatever_the_order_of_the_files() -> None:
    def sum_up(noted: Noted) -> Finding:
        return Finding({name: finding.value for name, finding in noted.findings.items()})

    first = Step("a-sum", 1, finish=finishing(sum_up), needs=("b-sum", "words", "disabled"))
    second = Step("b-sum", 1, finish=finishing(lambda noted: Finding("second")), needs=("words",))

    async def story(house: House) -> None:
        await house.open_analysis()
        await house.put("a")
        notes = await house.until_noted("a", "a-sum")
        assert notes["a-sum"].value == {"a-sum": None, "b-sum": "second", "words": 2}

    live(story, [first, second, words()])


def test_a_second_half_that_breaks_on_one_document_fails_for_that_one() -> None:
    def find(noted: Noted) -> Finding:
        if noted.document.text == "poison":
            raise ValueError("indigestible")
        return Finding("fine")

    async def story(house: House) -> None:
        for number in range(10):
            await house.put(f"d{number}", "poison" if number == 7 else "food")
        await house.open_analysis()
        for number in range(10):
            note = (await house.until_noted(f"d{number}", "stomach"))["stomach"]
            assert (note.status, note.reason) == (("failed", "indigestible") if number == 7 else ("ok", None))

    live(story, [Step("stomach", 1, finish=finishing(find))])


def test_too_few_findings_and_no_end_are_told() -> None:
    async def none(noted: Sequence[Noted], desk: Desk) -> Sequence[Finding]:
        return ()

    async def never(noted: Sequence[Noted], desk: Desk) -> Sequence[Finding]:
        await asyncio.Event().wait()
        return ()

    async def story(house: House) -> None:
        await house.open_analysis()
        await house.put("a")
        notes = await house.until_noted("a", "none", "never")
        assert notes["none"].status == "failed"
        assert "shorter" in (notes["none"].reason or "")
        assert (notes["never"].status, notes["never"].reason) == ("degraded", "there was no answer within 10 s")

    live(story, [Step("none", 1, finish=none), Step("never", 1, finish=never)])


def test_a_first_half_that_failed_has_no_second() -> None:
    def fail(_: object) -> None:
        raise ValueError("half is not even half")

    finished: list[str] = []

    def find(noted: Noted) -> Finding:
        finished.append(noted.document.id)
        return Finding()

    async def story(house: House) -> None:
        await house.open_analysis()
        await house.put("a")
        assert (await house.until_noted("a", "broken"))["broken"].status == "failed"
        assert finished == []

    live(story, [Step("broken", 1, fail, finishing(find))])


def test_trying_again_has_pauses_that_grow_and_an_end_and_is_not_written_down_each_time() -> None:
    tried: list[float] = []

    def fail(_: object) -> None:
        tried.append(asyncio.get_running_loop().time())
        raise ValueError("never")

    settings = AnalysisSettings(repair_seconds=10, repair_tries_max=5, repair_seconds_max=60, sweep_seconds=1_000)

    async def story(house: House) -> None:
        await house.open_analysis()
        await house.put("a")
        await until(lambda: len(tried) == 6, seconds_max=2_000, look_seconds=1)
        until_seconds = asyncio.get_running_loop().time() + 4_000
        await until(lambda: asyncio.get_running_loop().time() > until_seconds, seconds_max=5_000, look_seconds=100)
        pauses = [later - earlier for earlier, later in pairwise(tried[1:])]
        assert len(tried) == 6
        assert all(pause >= least for pause, least in zip(pauses, (10, 20, 40, 60), strict=True))
        assert len(await house.annotating("a")) == 1

    live(story, [Step("broken", 1, fail)], settings)
