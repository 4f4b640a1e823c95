"""Killed again and again in the middle of committing: what was acknowledged is there, and nothing is halfway."""

import asyncio
import json
import random
import signal
import sys
from pathlib import Path

from services.database.store import Store
from tests.conformance.store.ground import Ground
from tests.services.database.sqlite.conftest import Open

LIVES = 6

Promised = dict[tuple[str, int], str]


async def test_kill_9_loses_nothing_that_was_acknowledged(path: Path, opened: Open) -> None:
    seed = random.randrange(2**32)
    sys.stdout.write(f"seed {seed}\n")
    chance = random.Random(seed)
    promised: Promised = {}
    for life in range(LIVES):
        promised |= await killed_after(path, life, turns=chance.randint(1, 25))
        ground = await opened()
        await expect_kept(ground, promised)
        await ground.store.close()


async def killed_after(path: Path, life: int, turns: int) -> Promised:
    """Let it live for so many commits; returns what it had been promised by then."""
    victim = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.services.database.sqlite.victim",
        str(path),
        str(life),
        stdout=asyncio.subprocess.PIPE,
    )
    assert victim.stdout is not None
    promised: Promised = {}
    lines = 0
    async for line in victim.stdout:
        if not line.startswith(b"["):
            continue
        if (lines := lines + 1) == turns:
            victim.kill()
        try:
            tenant, saved = json.loads(line)
        except json.JSONDecodeError:
            break
        promised |= {(tenant, seq): id for id, seq in saved}
    assert await victim.wait() == -signal.SIGKILL
    return promised


async def expect_kept(ground: Ground, promised: Promised) -> None:
    store: Store = ground.store
    for state in await store.tenants():
        log = await ground.log(state.name)
        assert [change.seq for change in log] == list(range(1, state.last_seq + 1))
        ids = {change.seq: change.id for change in log}
        kept = {seq: id for (tenant, seq), id in promised.items() if tenant == state.name}
        assert kept.items() <= ids.items()
        examination = await store.examine(state.name, repair=False)
        assert examination.findings == ()
    assert promised
