"""A process that keeps the indexes up with the log, and builds them anew, until it is killed. It says how far it is."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from services.database.search.index_set import IndexSet, News
from services.database.search.indexer import Indexer
from services.database.search.standing import note_matches
from shared.clock import SystemClock
from shared.runtime.patience import Patience
from shared.settings import SearchSettings, Settings

REBUILT_EVERY = 4


async def main(data: Path) -> None:
    commits = 0

    def found(indexes: IndexSet, news: Sequence[News]) -> None:
        note_matches(indexes, news, 10, SystemClock())

    def settled() -> None:
        nonlocal commits
        commits += 1
        for indexes in indexer.sets:
            if commits % REBUILT_EVERY == 0:
                indexes.rebuild(())
            sys.stdout.write(f"at {indexes.applied_seq}\n")
            sys.stdout.flush()

    settings = Settings(data=data, search=SearchSettings(settle_seconds=0.002, commit_seconds=0.0))
    indexer = Indexer(settings.database_path, settings, found, settled, Patience(0.01, 0.1))
    await indexer.run()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
