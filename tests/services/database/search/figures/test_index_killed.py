"""Killed again and again while it applies and commits: how far it has come and what it tells always agree."""

import asyncio
import random
import signal
import sys
from pathlib import Path

from services.database.search.figures.index import FiguresIndex
from shared.contracts.figures import GetFigures
from shared.fingerprints import encode_signature
from tests.services.database.search.figures.ground import SIGNATURES
from tests.services.database.search.figures.victim import COUNT

LIVES = 3


async def test_kill_9_leaves_it_as_after_some_commit(folder: Path) -> None:
    chance = random.Random(11)
    told = 0
    for _ in range(LIVES):
        told = await killed_after(folder, chance.randint(1, 30))
        index = FiguresIndex.open(folder)
        assert index.applied >= told
        expect_as_after(index, index.applied)
        index.close()


async def killed_after(folder: Path, commits: int) -> int:
    """Let it live for so many commits; returns how far it said it had come."""
    victim = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.services.database.search.figures.victim",
        str(folder),
        stdout=asyncio.subprocess.PIPE,
    )
    assert victim.stdout is not None
    told = 0
    async for line in victim.stdout:
        if not line.endswith(b"\n"):
            break
        told = int(line)
        commits -= 1
        if commits == 0:
            victim.kill()
    assert await victim.wait() == -signal.SIGKILL
    return told


def expect_as_after(index: FiguresIndex, applied: int) -> None:
    batches = applied // COUNT
    removed = {part * COUNT + 2 for part in range(batches - 1)}
    assert set(index.numbers()) == set(range(1, applied + 1)) - removed
    figures = index.figures(GetFigures())
    assert figures.documents == applied - 1 - len(removed)
    assert figures.top_keywords[0].count == figures.documents
    assert index.examine() == []
    assert [each.no for each in index.outbox(10_000)] == [part * COUNT for part in range(1, batches + 1)]
    assert index.standing()[0].matches == batches
    last = encode_signature(SIGNATURES[applied % 400])
    assert index.duplicates([("x", last)], 1)["x"][0].id == f"d{applied}"
