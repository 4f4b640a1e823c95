"""Killed again and again, while it applies, commits, builds and tidies up: what was committed is there, to the bit."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from services.database.search.vectors.index import state_of
from tests.services.database.search.vectors.ground import numbers, open_index, present
from tests.services.database.search.vectors.victim import ROWS, expected

LIVES = 4
STATES = [state_of(present(1, row)) for row in ROWS]


@pytest.mark.timeout(100)
def test_kill_9_loses_nothing_that_was_committed(tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    sys.stdout.write(f"seed {seed}\n")
    chance = random.Random(seed)
    path, done = tmp_path / "vectors", 0
    for _ in range(LIVES):
        done = killed_after(path, done, chance.randint(3, 40))
        done = expect_kept(path, done)
    assert done > 0


def killed_after(path: Path, begin: int, turns: int) -> int:
    """Let it live for so many commits; returns how many there are by then."""
    command = [sys.executable, "-m", "tests.services.database.search.vectors.victim", str(path), str(begin)]
    done = begin
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as victim:
        assert victim.stdout is not None
        for line in victim.stdout:
            # The last line may be cut off.
            done = int(line) if line.endswith("\n") else done
            if done == begin + turns:
                victim.kill()
    return done


def expect_kept(path: Path, done: int) -> int:
    """Everything up to the last commit that was told of, or the one after it. Returns which one it is."""
    index = open_index(path, exact_count_max=1_000)
    kept = index.states(range(5_001))
    before, after = states_after(done), states_after(done + 1)
    assert kept in (before, after)
    assert list(index.numbers()) == sorted(kept)
    now = done if kept == before else done + 1
    no, row = next(iter(expected(now).items()))
    assert no in numbers(index.search(ROWS[row], 50))
    index.close()
    return now


def states_after(turns: int) -> dict[int, int | None]:
    return {no: STATES[row] for no, row in expected(turns).items()}
