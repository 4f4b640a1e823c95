"""Players start together, take turns, and none is left when one of them fails."""

import sys

import pytest

from benchmarks.playing import Command, playing_together
from tests.system import children

# It says how many words each turn has.
COUNTS_WORDS = """
import sys
print("{}", flush=True)
for line in sys.stdin:
    print('{"words": %d}' % len(line.split()), flush=True)
"""
DOES_NOT_START = "raise SystemExit(3)"
ENDS_IN_ITS_TURN = "print('{}', flush=True); input(); raise SystemExit(4)"


def program(text: str) -> Command:
    return (sys.executable, "-c", text)


async def test_each_is_told_its_turns_and_answers_them() -> None:
    async with playing_together(program(COUNTS_WORDS), program(COUNTS_WORDS)) as (one, other):
        assert await one.turn("a", 1, 2.5) == {"words": 3}
        assert await other.turn("b") == {"words": 1}
        assert await one.turn() == {"words": 0}


async def test_one_that_does_not_start_ends_the_others() -> None:
    before = children()
    with pytest.raises(RuntimeError, match="ended with 3"):
        async with playing_together(program(COUNTS_WORDS), program(DOES_NOT_START)):
            pytest.fail("one of them is not ready")
    assert children() == before


async def test_one_that_ends_in_its_turn_is_told_of() -> None:
    async with playing_together(program(ENDS_IN_ITS_TURN)) as (player,):
        with pytest.raises(RuntimeError, match="ended with 4"):
            await player.turn("go")
