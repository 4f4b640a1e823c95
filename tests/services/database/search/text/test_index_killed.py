"""Killed in the middle of its work: the index opens as it was at some commit, and what is told again is there once."""

import asyncio
import random
import signal
import sys
from pathlib import Path

from services.database.search.text.entries import state_of
from services.database.search.text.index import TextIndex
from tests.services.database.search.text.victim import batch

LIVES = 4


async def test_kill_9(tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    sys.stdout.write(f"seed {seed}\n")
    chance = random.Random(seed)
    done = 0
    for _ in range(LIVES):
        # What was told shortly before is told again, and then what comes after it.
        done = await killed_after(tmp_path, max(done - 1, 0), turns=chance.randint(3, 8))
        index = TextIndex.open(tmp_path)
        numbers = list(index.numbers())
        # It may have come one further than it could say.
        assert index.states(numbers) in (after(done), after(done + 1))
        assert len(numbers) == len(set(numbers)) == index.documents
        index.close()


def after(last: int) -> dict[int, int]:
    states: dict[int, int] = {}
    for turn in range(last + 1):
        told = batch(turn)
        states |= {each.no: state_of(each) for each in told.present}
        for no in told.gone:
            del states[no]
    return states


async def killed_after(folder: Path, turn: int, turns: int) -> int:
    """Let it live for so many commits; returns the last that it has told."""
    victim = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.services.database.search.text.victim",
        str(folder),
        str(turn),
        stdout=asyncio.subprocess.PIPE,
    )
    assert victim.stdout is not None
    last = turn
    lines = 0
    async for line in victim.stdout:
        if not line.endswith(b"\n"):
            break
        last = int(line)
        if (lines := lines + 1) == turns:
            victim.kill()
    assert await victim.wait() == -signal.SIGKILL
    return last
