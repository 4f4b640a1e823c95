"""A process that applies and commits until it is killed, and says after each commit how far it has come."""

import sys
from pathlib import Path

from services.database.search.figures.index import FiguresIndex
from services.database.search.index import Batch
from tests.services.database.search.figures.ground import SIGNATURES, document, fingerprint, keywords, query

COUNT = 40


def batch_after(applied: int) -> Batch:
    """The next stretch of a log that is always the same: each batch adds forty and removes the first of the one
    before."""
    numbers = range(applied + 1, applied + COUNT + 1)
    present = [
        document(
            no, f"c{no % 3}", author=f"a{no % 7}", notes=keywords("all", f"w{no}") | fingerprint(SIGNATURES[no % 400])
        )
        for no in numbers
    ]
    if not applied:
        present[0] = query(1, "every", query="")
    return Batch(applied + COUNT, present, [applied - COUNT + 2] if applied else [])


def main(folder: Path) -> None:
    index = FiguresIndex.open(folder)
    while True:
        batch = batch_after(index.applied)
        index.apply(batch)
        index.matched("every", [(batch.until_seq, 1)])
        index.commit()
        sys.stdout.write(f"{index.applied}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
