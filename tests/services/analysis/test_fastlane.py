"""The analysis dies at any moment, on a bus that loses and doubles: each document is annotated once by each step."""

import pytest

from services.analysis.catalogue import Catalogue
from services.analysis.service import AnalysisService, Tools
from services.analysis.step import Finding, Step
from shared.bus.bus import Bus
from shared.contracts.changes import Change, ListChanges
from shared.contracts.documents import Document
from shared.runtime.service import Service
from shared.settings import AnalysisSettings
from tests.services.analysis.house import FixedEmbedder, InlineCrew, finishing, words
from tests.simulation.house import LOOK_SECONDS, SETTINGS, House, Life, Process
from tests.simulation.loop import Simulation, run_simulated
from tests.simulation.schedules import Publisher, faults_from
from tests.until import until

ANALYSIS = AnalysisSettings(repair_seconds=5, sweep_seconds=60)


def is_ticket(document: Document) -> bool:
    return document.collection == "tickets"


STEPS = Catalogue(
    [
        words(),
        Step("asks", 2, finish=finishing(lambda noted: Finding(len(noted.findings))), needs=("words",)),
        Step("slow", 1, finish=finishing(lambda noted: Finding("slow")), lane="slow", wants=is_ticket),
    ]
)


class MortalHouse(House):
    def __init__(self, simulation: Simulation) -> None:
        super().__init__(simulation, faults_from(simulation.chance), death_rate=0.02)
        self.processes.append(Process(self, "analysis", self._analysis))

    def _analysis(self, life: Life, bus: Bus) -> Service:
        settings = SETTINGS.model_copy(update={"analysis": ANALYSIS})
        tools = Tools(STEPS, InlineCrew(STEPS, ANALYSIS), lambda _: FixedEmbedder())
        return AnalysisService(bus, tools, settings, self.clock)

    async def _all_answer(self, wire: object) -> bool:
        names = {state.name for state in await self.wire("porter").services(1)}
        return names == {"postil-database", "postil-ingest", "postil-analysis"}

    async def changes(self) -> list[Change]:
        bus = Bus(self.wire("reader"))
        items: list[Change] = []
        while page := (await bus.ask("main", ListChanges(since=items[-1].seq if items else 0, limit=500))).items:
            items += page
        return items


async def once_each(simulation: Simulation) -> int:
    house = MortalHouse(simulation)
    publisher = Publisher(house.wire("p"), "p", simulation.chance)
    seen: list[Change] = []

    async def story() -> None:
        await publisher.publish(25)
        await house.calm_down()
        await house.everybody_is_back()

        async def all_noted() -> bool:
            seen[:] = await house.changes()
            return _noted(seen) == _wanted(seen)

        await until(all_noted, seconds_max=600, look_seconds=LOOK_SECONDS)

    await house.while_living(story)
    notes = [(each.id, note.step, note.status) for each in seen for note in each.annotations or ()]
    assert len(notes) == len(set(notes))
    assert {status for _, _, status in notes} == {"ok"}
    return house.processes[-1].deaths


def _wanted(changes: list[Change]) -> set[tuple[str, str]]:
    wanted = set()
    for change in changes:
        if change.op == "put":
            wanted |= {(change.id, step.name) for step in STEPS.fast}
            wanted |= {(change.id, "slow")} if change.collection == "tickets" else set()
    return wanted


def _noted(changes: list[Change]) -> set[tuple[str, str]]:
    return {(change.id, note.step) for change in changes for note in change.annotations or ()}


@pytest.mark.parametrize("group", range(3))
def test_each_document_is_annotated_once_by_each_step_whatever_dies(group: int) -> None:
    deaths = [run_simulated(once_each, seed) for seed in range(group * 5, group * 5 + 5)]
    assert sum(deaths) > 1
