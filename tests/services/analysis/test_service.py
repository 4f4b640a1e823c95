"""The analysis: every step on every new version, written once, and a step that fails costs its own result only."""

from services.analysis import steps
from services.analysis.catalogue import load_catalogue
from services.analysis.step import Step
from shared.contracts.changes import Change, Changes
from shared.contracts.documents import Document
from shared.contracts.search import Embed
from shared.settings import AnalysisSettings
from tests.services.analysis.house import House, live, words
from tests.until import until


def test_the_catalogue_is_what_lies_in_the_folder() -> None:
    refused: list[str] = []
    catalogue = load_catalogue(steps, AnalysisSettings(), lambda where, because: refused.append(f"{where}: {because}"))
    assert "stats" in catalogue.steps
    assert refused == []


def test_stats_count_what_there_is() -> None:
    async def story(house: House) -> None:
        await house.open_analysis()
        await house.put("a", "one two\nthree")
        await house.put("b", "")
        assert (await house.until_noted("a", "stats"))["stats"].value == {"characters": 13, "words": 3, "lines": 2}
        assert (await house.until_noted("b", "stats"))["stats"].value == {"characters": 0, "words": 0, "lines": 0}

    live(story, [load_catalogue(steps, AnalysisSettings()).steps["stats"]])


def test_all_notes_of_a_document_are_one_change() -> None:
    catalogue = [words(f"step-{number}", number) for number in range(1, 10)]

    async def story(house: House) -> None:
        await house.open_analysis()
        for number in range(100):
            await house.put(f"d{number}")
        for number in range(100):
            notes = await house.until_noted(f"d{number}", *(step.name for step in catalogue))
            assert {note.step: note.step_version for note in notes.values()} == {s.name: s.version for s in catalogue}
            assert len(await house.annotating(f"d{number}")) == 1

    live(story, catalogue)


def test_each_version_has_its_notes_and_what_is_gone_has_none() -> None:
    async def story(house: House) -> None:
        await house.put("a", "one")
        await house.put("gone")
        await house.put("a", "one two three")
        await house.delete("gone")
        await house.open_analysis()
        assert (await house.until_noted("a", "words"))["words"].value == 3
        await house.put("a", "one two")
        assert (await house.until_noted("a", "words"))["words"].value == 2
        assert [change.version for change in await house.annotating("a")] == [2, 3]
        assert await house.annotating("gone") == []

    live(story, [words()])


def test_what_the_house_keeps_for_itself_is_not_analysed() -> None:
    async def story(house: House) -> None:
        await house.open_analysis()
        await house.put("budget", collection="postil.budget")
        await house.put("a")
        await house.until_noted("a", "words")
        assert await house.notes("budget") == {}

    live(story, [words()])


def test_what_was_announced_without_its_body_is_fetched() -> None:
    async def story(house: House) -> None:
        await house.put("a", "one two three")
        service = await house.open_analysis()
        await house.until_noted("a", "words")
        before = len(house.crew.tasks)
        document = await house.get("a")
        bare = Change(seq=9, op="put", collection="notes", id="a", version=1, at=document.updated_at)
        unknown = Change(seq=10, op="put", collection="notes", id="gone", version=1, at=document.updated_at)
        await house.bus.publish("main", Changes(collection="notes", items=(bare, unknown)))
        await until(lambda: len(house.crew.tasks) == before + 1)
        assert house.crew.tasks[-1].document.text == "one two three"
        assert house.crew.tasks[-1].document.annotations == ()
        assert service.vitals()["waiting"] == 0

    live(story, [words()])


def test_a_step_that_fails_costs_its_own_result_only() -> None:
    def fail(_: Document) -> None:
        raise ValueError("no words for it")

    async def story(house: House) -> None:
        await house.open_analysis()
        await house.put("a")
        notes = await house.until_noted("a", "broken", "words")
        assert (notes["broken"].status, notes["broken"].reason) == ("failed", "no words for it")
        assert notes["broken"].step_version == 3
        assert (notes["words"].status, notes["words"].value) == ("ok", 2)

    live(story, [Step("broken", 3, fail), words()])


def test_a_database_that_is_away_costs_time_and_nothing_else() -> None:
    async def story(house: House) -> None:
        await house.open_analysis()
        for number in range(5):
            await house.put(f"d{number}")
        await house.close("database")
        await until(lambda: len(house.crew.tasks) >= 5, seconds_max=60)
        await house.open_database()
        for number in range(5):
            await house.until_noted(f"d{number}", "words")
            assert len(await house.annotating(f"d{number}")) == 1

    live(story, [words()])


def test_tenants_are_kept_apart() -> None:
    async def story(house: House) -> None:
        await house.open_analysis()
        await house.put("a", "one", tenant="red")
        await house.put("a", "one two", tenant="blue")
        assert (await house.until_noted("a", "words", tenant="red"))["words"].value == 1
        assert (await house.until_noted("a", "words", tenant="blue"))["words"].value == 2

    live(story, [words()])


def test_texts_become_vectors() -> None:
    async def story(house: House) -> None:
        await house.open_analysis()
        embeddings = await house.bus.ask("main", Embed(texts=("", "ab")))
        assert (embeddings.model, embeddings.vectors) == ("fixed", ("AAA=", "AgA="))

    live(story, [words()])


def test_the_figures_say_how_it_goes() -> None:
    async def story(house: House) -> None:
        service = await house.open_analysis()
        await house.put("a")
        await house.until_noted("a", "words")
        vitals = dict(service.vitals())
        assert 0 <= int(str(vitals.pop("lag_ms"))) < 1_000
        assert vitals == {
            "annotated": 1,
            "waiting": 0,
            "slow_annotated": 0,
            "slow_waiting": 0,
            "worker_restarts": 0,
        }

    live(story, [words()])
