"""A process that applies and commits until it is killed, and says after each commit how far it is."""

import sys
from pathlib import Path

from tests.services.database.search.vectors.ground import batch, open_index, present, vectors

ROUND_COUNT = 400
# By number; each round gives some of them another vector, and removes some.
ROWS = vectors(4_000)


def vector_at(no: int, turn: int) -> int:
    """Which row a document has after that round."""
    return (no * 7 + turn * 131) % len(ROWS)


def touched(turn: int) -> tuple[list[int], list[int]]:
    """What a round puts and what it removes."""
    chosen = [(turn * 997 + step * 13) % 5_000 + 1 for step in range(ROUND_COUNT)]
    return [no for no in chosen if no % 5], [no for no in chosen if not no % 5 or (no + turn) % 11 == 0]


def expected(turns: int) -> dict[int, int]:
    """By number, the row that it has after so many rounds."""
    there: dict[int, int] = {}
    for turn in range(turns):
        put, removed = touched(turn)
        there |= {no: vector_at(no, turn) for no in put}
        for no in removed:
            there.pop(no, None)
    return there


def main(path: Path, begin: int) -> None:
    index = open_index(path, exact_count_max=1_000)
    for turn in range(begin, 1_000_000):
        put, removed = touched(turn)
        index.apply(batch(present(no, ROWS[vector_at(no, turn)]) for no in put if no not in removed))
        index.apply(batch([], gone=removed))
        index.commit()
        sys.stdout.write(f"{turn + 1}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
