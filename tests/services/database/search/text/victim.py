"""A process that indexes until it is killed, and says after each commit how far it has come."""

import sys
from pathlib import Path

from services.database.search.index import Batch
from services.database.search.text.index import TextIndex
from tests.services.database.search.text.ground import present

AT_ONCE = 30


def batch(turn: int) -> Batch:
    """New ones, and of the turn before: half of it changed, one of it gone."""
    first = turn * AT_ONCE
    news = [present(first + at, f"fox new{turn}") for at in range(AT_ONCE)]
    changed = [present(first - at, f"fox old{turn}") for at in range(1, AT_ONCE // 2) if turn]
    return Batch(turn, [*changed, *news], [first - AT_ONCE] if turn else [])


def main(folder: Path, turn: int) -> None:
    index = TextIndex.open(folder)
    while True:
        index.apply(batch(turn))
        index.commit()
        sys.stdout.write(f"{turn}\n")
        sys.stdout.flush()
        turn += 1


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
