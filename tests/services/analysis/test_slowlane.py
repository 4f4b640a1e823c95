"""The slow lane: after the fast notes, few at a time, in nobody's way, and nothing is lost when it is full."""

import asyncio
from collections.abc import Sequence

import pytest

from services.analysis.step import Desk, Finding, Finish, Noted, Step
from shared.contracts.analysis import Analyse
from shared.contracts.annotations import Cost
from shared.contracts.documents import Document
from shared.errors import NotFound
from shared.settings import AnalysisSettings, LanguageModelSettings
from tests.services.analysis.house import House, finishing, live, words
from tests.until import until

SETTINGS = AnalysisSettings(language_model=LanguageModelSettings(concurrency=2), summarise=("tickets*",))
TICKETS = "tickets.web"


def is_ticket(document: Document) -> bool:
    return document.collection.startswith("tickets")


def slow(finish: Finish, *needs: str, repairable: bool = True, version: int = 1) -> Step:
    return Step("slow", version, None, finish, needs, "slow", is_ticket, lambda _: Cost(tokens_in=10), repairable)


class Pondering:
    """A second half that takes its time, and says how many were at it at once."""

    def __init__(self) -> None:
        self.at_once = 0
        self.at_once_max = 0
        self.seen: list[str] = []
        self.may_go_on = asyncio.Event()

    async def finish(self, noted: Sequence[Noted], desk: Desk) -> Sequence[Finding]:
        self.at_once += 1
        self.at_once_max = max(self.at_once, self.at_once_max)
        await self.may_go_on.wait()
        self.at_once -= 1
        self.seen += [each.document.id for each in noted]
        return [Finding("pondered", cost=Cost(tokens_in=3, micro_usd=7)) for _ in noted]


def test_it_has_the_fast_findings_and_takes_what_it_wants() -> None:
    def find(noted: Noted) -> Finding:
        return Finding({name: finding.value for name, finding in noted.findings.items()})

    async def story(house: House) -> None:
        await house.open_analysis()
        await house.put("a", collection=TICKETS)
        await house.put("b")
        assert (await house.until_noted("a", "slow"))["slow"].value == {"words": 2, "slow": None}
        assert set(await house.notes("b")) == {"words"}
        assert len(await house.annotating("a")) == 2

    live(story, [words(), slow(finishing(find), "words")], SETTINGS)


def test_few_at_a_time_and_the_fast_lane_goes_on() -> None:
    async def story(house: House) -> None:
        pondering = Pondering()
        house.add(slow(pondering.finish))
        service = await house.open_analysis()
        for number in range(8):
            await house.put(f"t{number}", collection=TICKETS)
        await until(lambda: service.vitals()["slow_waiting"] == 8)
        await house.put("late")
        await house.until_noted("late", "words")
        await until(lambda: pondering.at_once == 2)
        pondering.may_go_on.set()
        for number in range(8):
            await house.until_noted(f"t{number}", "slow")
        assert pondering.at_once_max == 2
        assert sorted(pondering.seen) == [f"t{number}" for number in range(8)]

    live(story, [words()], SETTINGS)


def test_what_found_no_room_is_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.analysis.slowlane.WAITING_COUNT_MAX", 4)

    async def story(house: House) -> None:
        pondering = Pondering()
        house.add(slow(pondering.finish))
        await house.open_analysis()
        for number in range(30):
            await house.put(f"t{number}", collection=TICKETS)
        await house.until_noted("t29", "words")
        pondering.may_go_on.set()
        for number in range(30):
            await house.until_noted(f"t{number}", "slow", seconds_max=600)
        assert sorted(pondering.seen) == sorted(f"t{number}" for number in range(30))

    live(story, [words()], SETTINGS)


def test_what_was_in_hand_when_it_stopped_is_done_after_the_start() -> None:
    async def story(house: House) -> None:
        pondering = Pondering()
        house.add(slow(pondering.finish))
        await house.open_analysis()
        await house.put("a", collection=TICKETS)
        await until(lambda: pondering.at_once == 1)
        await house.close("analysis")
        pondering.may_go_on.set()
        await house.open_analysis()
        await house.until_noted("a", "slow", seconds_max=600)
        assert pondering.seen == ["a"]

    live(story, [words()], SETTINGS)


def test_what_it_did_badly_is_tried_again_if_that_can_help() -> None:
    tries: dict[str, int] = {}

    def find(noted: Noted) -> Finding:
        id = noted.document.id
        tries[id] = tries.get(id, 0) + 1
        return Finding("local", "degraded", "the model rests") if tries[id] < 3 else Finding("good")

    async def story(house: House) -> None:
        await house.open_analysis()
        await house.put("a", collection=TICKETS)
        notes = await house.until_noted("a", "slow", status="ok", seconds_max=1_000)
        assert (notes["slow"].value, tries) == ("good", {"a": 3})
        assert len(await house.annotating("a")) == 3

    live(story, [words(), slow(finishing(find))], SETTINGS)


def test_what_can_not_become_better_is_left_as_it_is() -> None:
    tries: list[str] = []

    def find(noted: Noted) -> Finding:
        tries.append(noted.document.id)
        return Finding("local", "degraded", "there is no model")

    async def story(house: House) -> None:
        service = await house.open_analysis()
        await house.put("a", collection=TICKETS)
        await house.until_noted("a", "slow", status="degraded")
        late = asyncio.get_running_loop().time() + 10_000
        await until(lambda: asyncio.get_running_loop().time() > late, seconds_max=20_000, look_seconds=50)
        assert tries == ["a"]
        assert service.vitals()["slow_annotated"] == 1

    live(story, [words(), slow(finishing(find), repairable=False)], SETTINGS)


def test_the_price_is_said_before_the_work_and_the_work_page_by_page() -> None:
    async def story(house: House) -> None:
        pondering = Pondering()
        pondering.may_go_on.set()
        await house.open_analysis()
        for number in range(10):
            await house.put(f"t{number}", collection=TICKETS)
            await house.put(f"n{number}")
        await house.until_noted("n9", "words")
        await house.close("analysis")
        house.add(slow(pondering.finish))
        # Nobody else does it meanwhile.
        house.settings = house.settings.model_copy(
            update={"analysis": house.settings.analysis.model_copy(update={"summarise": ("none",)})}
        )
        await house.open_analysis()
        ask = Analyse(step="slow", collection=TICKETS, dry_run=True)
        price = await house.bus.ask("main", ask)
        assert (price.pending, price.next, price.cost.tokens_in, price.seconds) == (10, None, 100, None)
        assert pondering.seen == []
        after, done, spent = None, 0, 0
        while True:
            look = Analyse(step="slow", collection=TICKETS, after=after)
            progress = await house.bus.ask("main", look, seconds_max=60)
            done, spent = done + progress.done, spent + progress.cost.micro_usd
            assert progress.pending <= 4
            if (after := progress.next) is None:
                break
        assert (done, spent, sorted(pondering.seen)) == (10, 70, [f"t{number}" for number in range(10)])
        with pytest.raises(NotFound, match="there is no step 'fast'; there are words, slow"):
            await house.bus.ask("main", Analyse(step="fast"))

    live(story, [words()], SETTINGS)


def test_a_newer_version_of_a_step_goes_over_what_is_there() -> None:
    async def story(house: House) -> None:
        await house.open_analysis()
        for number in range(100):
            await house.put(f"d{number}")
        await house.until_noted("d99", "words")
        await house.close("analysis")
        house.add(words(version=2))
        await house.open_analysis()
        price = await house.bus.ask("main", Analyse(step="words", dry_run=True))
        assert (price.pending, price.seconds is not None) == (64, True)
        first = await house.bus.ask("main", Analyse(step="words"))
        second = await house.bus.ask("main", Analyse(step="words", after=first.next))
        assert (first.done, second.done, second.next) == (64, 36, None)
        assert {(await house.notes(f"d{number}"))["words"].step_version for number in range(100)} == {2}
        assert (await house.bus.ask("main", Analyse(step="words", dry_run=True))).pending == 0

    live(story, [words()])
