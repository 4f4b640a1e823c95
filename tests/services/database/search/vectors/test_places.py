"""The row of a document is found by its number, whatever has become of its earlier rows."""

import random

import numpy as np

from services.database.search.vectors.places import RECENT_COUNT_MAX, Places


def test_places_agree_with_a_dictionary() -> None:
    chance = random.Random(11)
    numbers, alive, rows = np.empty(0, np.int64), np.empty(0, np.bool_), dict[int, int]()
    places = Places.of(numbers, alive)
    for count in (0, 5, 700, RECENT_COUNT_MAX, 1, 9_000, 9_000, 3):
        added = np.array([chance.randrange(1, 30_000) for _ in range(count)], dtype=np.int64)
        alive = np.concatenate([alive, np.ones(count, np.bool_)])
        for row, no in enumerate(added.tolist(), start=len(numbers)):
            if no in rows:
                alive[rows[no]] = False
            rows[no] = row
        numbers = np.concatenate([numbers, added])
        for no in chance.sample(sorted(rows), len(rows) // 10):
            alive[rows.pop(no)] = False
        places = places.advanced(numbers, alive)
        asked = np.arange(30_001, dtype=np.int64)
        assert places.rows_of(asked, alive).tolist() == [rows.get(no, -1) for no in range(30_001)]


def test_a_death_is_seen_without_sorting() -> None:
    numbers, alive = np.array([5, 3], np.int64), np.array([True, True])
    places = Places.of(numbers, alive)
    dead = np.array([True, False])
    assert places.rows_of(np.array([3, 5]), dead).tolist() == [-1, 0]
