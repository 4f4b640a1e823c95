"""The page as a whole: the headline, where it was measured, and a section for each scenario."""

import re
import shlex
from collections.abc import Mapping
from importlib.resources import files
from itertools import count
from xml.etree.ElementTree import Element

from benchmarks.history import Trends
from benchmarks.report.bars import target_list
from benchmarks.report.markup import Child, document, node
from benchmarks.report.section import section_of
from benchmarks.results import RunResult, ScenarioResult, moment
from benchmarks.words import counted, reservations, targets_reached

TITLE = "Postil benchmarks"
STYLE = "style.css"
# The page may use what is in it, and nothing else.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
MACHINE_NAMES = {
    "cpu": "CPU",
    "cores": "cores",
    "memory_mib": "memory, MiB",
    "kernel": "kernel",
    "filesystem": "file system",
    "load_before": "load before",
}


def page_of(run: RunResult, trends: Trends) -> str:
    anchors = _anchors(run)
    sections = [section_of(scenario, trends, anchors[scenario.name]) for scenario in run.scenarios]
    main = node("main", _headline(run), _targets(run), _place(run), _contents(run, anchors), *sections, _reading())
    return document(node("html", _head(), node("body", main), lang="en"))


def _head() -> Element:
    return node(
        "head",
        node("meta", charset="utf-8"),
        node("meta", http_equiv="Content-Security-Policy", content=POLICY),
        node("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        node("meta", name_="color-scheme", content="light dark"),
        node("title", TITLE),
        node("style", files(__package__).joinpath(STYLE).read_text(encoding="utf-8")),
    )


def _headline(run: RunResult) -> Element:
    said = [moment(run.started_at), f"{run.extent} sizes", f"up to {counted(run.repeats, 'repeat')}"]
    failed = ", ".join(scenario.name for scenario in run.failed)
    return node(
        "header",
        node("h1", TITLE),
        node("p", ", ".join(said), class_="facts"),
        node("p", targets_reached(run), class_="headline"),
        *(node("p", reservation, class_="absent") for reservation in reservations(run)),
        node("p", node("strong", "Failed: "), failed, class_="failure") if failed else None,
        node("p", node("code", shlex.join(run.command)), class_="command"),
    )


def _targets(run: RunResult) -> Element | None:
    listed = target_list(run)
    if listed is None:
        return None
    return node(
        "section",
        node("h2", "Targets"),
        node("p", "The line is the target. What is better reaches to the right of it.", class_="about"),
        listed,
    )


def _place(run: RunResult) -> Element:
    machine = {MACHINE_NAMES.get(name, name): str(value) for name, value in run.machine.items()}
    settings = {name: str(value) for name, value in run.settings.items()} or {"all": "as they come"}
    return node(
        "section",
        node("h2", "Where it was measured"),
        node(
            "div",
            _group("Machine", machine),
            _group("Versions", run.versions),
            _group("Settings", settings),
            class_="place",
        ),
    )


def _group(title: str, facts: Mapping[str, str]) -> Element:
    pairs: list[Child] = [node("div", node("dt", name), node("dd", value)) for name, value in facts.items()]
    return node("div", node("h3", title), node("dl", *pairs))


def _contents(run: RunResult, anchors: Mapping[str, str]) -> Element:
    return node("nav", node("ul", *(_entry(scenario, anchors[scenario.name]) for scenario in run.scenarios)))


def _entry(scenario: ScenarioResult, anchor: str) -> Element:
    failed = node("span", " failed", class_="verdict missed") if scenario.failure is not None else None
    return node("li", node("a", scenario.name, href=f"#{anchor}"), failed)


def _reading() -> Element:
    words = (
        "Each figure was measured in the same repeats as its limit or peer, in turns. A value is the median of the "
        "repeats, and behind it stands the lowest and the highest of them. In a bar the dark line is that spread, the "
        "tall one the target, the faint one where both are equal. Trust the ratios more than the figures: those "
        "belong to this machine on that day."
    )
    return node("footer", node("p", words))


def _anchors(run: RunResult) -> dict[str, str]:
    numbers = count(1)
    return {
        scenario.name: f"{next(numbers)}-{re.sub(r'[^a-z0-9]+', '-', scenario.name.lower())}"
        for scenario in run.scenarios
    }
