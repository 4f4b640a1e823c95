"""A process that commits until it is killed, and says after each commit what it was promised."""

import asyncio
import json
import sys
from pathlib import Path

from services.database.sqlite.store import SqliteStore
from services.database.store import Annotate, Delete, Save, Work
from shared.clock import SystemClock
from shared.contracts.saving import Receipt
from tests.conformance.store.ground import draft, note

TENANTS = ("a", "b")


async def main(path: Path, life: int) -> None:
    store = await SqliteStore.open(path, SystemClock())
    for turn in range(1_000_000):
        tenant = TENANTS[turn % 2]
        drafts = [draft(f"{life}-{turn}-{part}", f"c{part % 3}", text="x" * 300) for part in range(20)]
        drafts += [draft("hot", text=f"{life}-{turn}", idempotency_key=f"{life}-{turn}")]
        works: list[Work] = [Save(tenant, drafts), Annotate(tenant, [note(f"{life}-{turn}-1", 1)])]
        works.append(Delete(tenant, f"{life}-{turn}-0"))
        answers = (await store.commit(works)).answers
        saved = [each for each in answers[0] if isinstance(each, Receipt)] if isinstance(answers[0], list) else []
        sys.stdout.write(json.dumps([tenant, [(each.id, each.seq) for each in saved]]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
