"""docs/SEARCH.md: its queries are understood, its mistakes are told as they stand there, and nothing is missing."""

import re
from datetime import UTC, datetime
from typing import get_args

import pytest

from services.database.search.language.fields import ALL_NAMES
from services.database.search.language.parsing import DEPTH_MAX, TERMS_COUNT_MAX, parse
from services.database.search.language.reading import shown
from shared.contracts.message import Contract
from shared.contracts.search import Facet, Filter, Found, IndexState, Mode, Search, Similar, Sort
from shared.contracts.standing import SaveStanding
from shared.errors import Invalid
from tests.tidy.source import PROJECT

PAGE = (PROJECT / "docs" / "SEARCH.md").read_text()
NOW = datetime(2026, 2, 10, 15, 30, tzinfo=UTC)
REQUESTS: dict[str, type[Contract]] = {each.verb: each for each in (Search, Similar, SaveStanding)}

ROWS = [row.replace(r"\|", "|") for row in re.findall(r"^\| (`.*) \|$", PAGE, re.MULTILINE)]
CELLS = [row.partition("` | ")[::2] for row in ROWS]
MISTAKES = [(typed.strip("`"), said) for typed, said in CELLS if said.startswith("at ")]
# More than one query in a cell, and those that its explanation offers instead.
QUERIES = [query for typed, said in CELLS if not said.startswith("at ") for query in typed.strip("`").split("`, `")]
BLOCKS = re.findall(r"^```json (\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_page_has_examples() -> None:
    assert len(QUERIES) > 40
    assert len(MISTAKES) > 5
    assert {verb for verb, _ in BLOCKS} == set(REQUESTS)


@pytest.mark.parametrize("query", QUERIES)
def test_an_example_is_understood(query: str) -> None:
    tree = parse(query, NOW)
    assert parse(shown(tree), NOW) == tree


@pytest.mark.parametrize(("query", "said"), MISTAKES)
def test_a_mistake_is_told_as_the_page_has_it(query: str, said: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse(query, NOW)
    assert caught.value.detail == said


@pytest.mark.parametrize(("verb", "body"), BLOCKS)
def test_a_request_is_one(verb: str, body: str) -> None:
    request = REQUESTS[verb].decode(body.encode())
    for query in (getattr(request, "query", ""), getattr(request, "filter", "")):
        if isinstance(query, str):
            assert shown(parse(query, NOW))


@pytest.mark.parametrize("name", ALL_NAMES)
def test_every_field_has_an_example(name: str) -> None:
    assert any(re.search(rf"(^|[\s(-]){name}( ?[<>=]|:)", query) for query in QUERIES)


@pytest.mark.parametrize("kind", [Mode, Sort, Facet, IndexState])
def test_every_choice_is_named(kind: object) -> None:
    assert [name for name in get_args(kind) if f"`{name}`" not in PAGE] == []


@pytest.mark.parametrize("contract", [Search, Filter, Found])
def test_every_part_of_a_search_is_told(contract: type[Contract]) -> None:
    assert [name for name in contract.model_fields if name not in PAGE] == []


def test_the_limits_are_those_of_the_parser() -> None:
    assert f"{TERMS_COUNT_MAX} terms" in PAGE
    assert f"parentheses {DEPTH_MAX} deep" in PAGE
