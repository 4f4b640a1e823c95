"""The page as a whole: it is whole, it needs nothing else, and nothing in it does anything."""

import re

from benchmarks.history import Point
from benchmarks.report.page import page_of
from benchmarks.results import RunResult
from tests.benchmarks.made_up import OURS, PEER, STARTED_AT, failed, figure, latency, made_run, measured, rate, ratio
from tests.benchmarks.report.html import read

HOSTILE = "<script>alert(1)</script> \"&' <img src=https://example.com/x>\x1b[31m"


def hostile_run() -> RunResult:
    """Everything that can be named is named by somebody who means no good."""
    scenario = measured().model_copy(
        update={
            "name": HOSTILE,
            "about": f"`{HOSTILE}` {HOSTILE}",
            "settings": {HOSTILE: HOSTILE},
            "figures": (
                figure(HOSTILE, 1.0, unit=HOSTILE),
                *(figure(f"{HOSTILE}, {count} x 1 KiB", 1.0, unit="documents/s") for count in (1, 2)),
            ),
            "ratios": (ratio(1.0).model_copy(update={"of": HOSTILE, "to": HOSTILE}),),
            "latencies": (latency(f"{HOSTILE}, {HOSTILE}", [1, 2]),),
            "absent": {HOSTILE: HOSTILE},
            "failure": HOSTILE,
        }
    )
    named = {"machine": {HOSTILE: HOSTILE}, "versions": {HOSTILE: HOSTILE}, "settings": {HOSTILE: HOSTILE}}
    return made_run(scenario).model_copy(update={**named, "command": (HOSTILE,)})


def test_every_scenario_is_in_it_and_can_be_reached() -> None:
    page = read(page_of(made_run(measured(), failed(), measured(name="a/b"), measured(name="A B")), {}))
    sections = {section.attributes["id"]: section.every("h2")[0].all_text for section in page.every("section")[2:]}
    assert list(sections.values()) == ["request-reply", "restart", "a/b", "A B"]
    links = {link.attributes["href"].removeprefix("#"): link.all_text for link in page.every("a")}
    assert links == sections


def test_the_headline_counts_the_targets_and_names_what_failed() -> None:
    page = read(page_of(made_run(measured(ratio(1.0), rate(1.0)), failed()), {}))
    assert page.every("p", "headline")[0].all_text == "1 of 2 targets reached"
    assert page.every("p", "failure")[0].all_text == "Failed: restart"
    assert page.every("code")[0].all_text == "postil bench --repeats 3 --seed 1"
    assert "Abacus" in page.all_text
    assert "no targets" in page_of(made_run(failed()), {})


def test_it_refers_to_nothing_outside_itself() -> None:
    page = page_of(made_run(), {})
    assert not re.search(r"https?:|//\w|url\(|@import|<script|<link|<iframe|<img", page)
    tree = read(page)
    assert len(tree.all_inside) > 100
    for element in tree.all_inside:
        assert not {name for name in element.attributes if name == "src" or name.startswith("on")}
    policy = [meta.attributes["content"] for meta in tree.every("meta") if "http-equiv" in meta.attributes]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_hostile_names_are_only_text() -> None:
    trends = {(HOSTILE, HOSTILE, HOSTILE): [Point(number, STARTED_AT, 1.0, 0.9, 1.1) for number in (1, 2)]}
    page = page_of(hostile_run(), trends)
    tree = read(page)
    assert "\x1b" not in page
    assert tree.every("script") == tree.every("img") == []
    shown = HOSTILE.replace("\x1b", "\N{SYMBOL FOR ESCAPE}")
    assert tree.every("h2")[-1].all_text == shown
    assert tree.all_text.count(shown) > 15


def test_trends_are_in_it() -> None:
    points = [Point(number, STARTED_AT, 1.0, 0.9, 1.1) for number in (1, 2)]
    page = page_of(made_run(measured()), {("request-reply", OURS, PEER): points})
    assert f"Runs: {OURS} / {PEER}" in page
    assert "Runs:" not in page_of(made_run(measured()), {})
