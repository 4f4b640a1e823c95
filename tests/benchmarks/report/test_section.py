"""One scenario in the report."""

from benchmarks.report.markup import document
from benchmarks.report.section import FIGURES_OPEN_MAX, section_of
from benchmarks.results import ScenarioResult
from tests.benchmarks.made_up import failed, figure, measured
from tests.benchmarks.report.html import Element, read


def section(scenario: ScenarioResult) -> Element:
    (found,) = read(document(section_of(scenario, {}, "here"))).every("section")
    return found


def test_it_says_what_it_is_and_has_its_ratios_charts_and_figures() -> None:
    found = section(measured())
    assert found.attributes["id"] == "here"
    assert found.every("h2")[0].all_text == "request-reply"
    assert found.every("p", "about")[0].every("code")[0].all_text == "nats-py"
    assert len(found.every("ul", "ratios")[0].every("li")) == 1
    assert len(found.every("figure")) == 1
    assert [cell.all_text for cell in found.every("table", "figures")[0].every("tr")[1].children] == [
        *("bus, p50", "0.270", "ms", "0.260–0.280"),
    ]
    assert found.every("p", "facts")[0].all_text == "3 repeats, 12 s altogether"


def test_a_failure_has_its_reason_and_nothing_else() -> None:
    found = section(failed())
    assert found.every("p", "failure")[0].all_text == "Failed: WorkMissing: 9 of 130"
    assert found.every("table") == found.every("figure") == found.every("ul") == []


def test_an_absent_peer_has_its_reason() -> None:
    found = section(measured().model_copy(update={"absent": {"FastStream": "it is not installed"}}))
    assert found.every("p", "absent")[0].all_text == "FastStream is absent: it is not installed"


def test_settings_of_its_own_are_told() -> None:
    found = section(measured().model_copy(update={"settings": {"POSTIL_DATABASE__PAGE_COUNT": "7"}}))
    assert "POSTIL_DATABASE__PAGE_COUNT=7" in found.every("p", "facts")[0].all_text


def test_many_figures_begin_folded() -> None:
    many = tuple(figure(f"number {number}", 1.0) for number in range(FIGURES_OPEN_MAX + 1))
    for figures, is_open in ((many[:-1], True), (many, False)):
        (details,) = section(measured().model_copy(update={"figures": figures})).every("details")
        assert ("open" in details.attributes) is is_open
