"""Which commands there are to complete, as the bot says it."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from services.cli.chat.completing import USAGE_CHARACTERS, usages_in, word_of
from shared.bus.wire import ServiceState


@pytest.mark.parametrize(
    ("usage", "word"),
    [
        ("about", "about"),
        ("quote add TEXT", "quote add"),
        ("recent [COUNT]", "recent"),
        ("8ball QUESTION", "8ball"),
        ("feedback ID +1|-1|1..5", "feedback"),
        ("", ""),
    ],
)
def test_a_word_is_what_is_typed_as_it_stands(usage: str, word: str) -> None:
    assert word_of(usage) == word


def state(name: str, vitals: Mapping[str, object]) -> ServiceState:
    return ServiceState(name, "1", "1.0.0", datetime(2026, 1, 1, tzinfo=UTC), vitals)


def test_the_bot_alone_is_believed_and_only_so_far() -> None:
    told = {"usages": ["!about", 7, "!x\x1b[2J", "!" + "y" * 500]}
    found = usages_in([state("postil-ingest", {"usages": ["!no"]}), state("postil-bot", told)])
    assert found == ["!about", "!x\N{SYMBOL FOR ESCAPE}[2J", f"!{'y' * (USAGE_CHARACTERS - 2)}\N{HORIZONTAL ELLIPSIS}"]
    assert usages_in([state("postil-bot", {"usages": "!about"})]) == usages_in([]) == []
