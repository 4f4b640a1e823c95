"""Comparing all finds the nearest."""

import numpy as np

from benchmarks.limits.exact import nearest_rows, recall

ROWS = np.array([[1, 0], [0, 1], [0.6, 0.8], [-1, 0]], dtype=np.float32)


def test_the_nearest_first() -> None:
    assert nearest_rows(ROWS, np.array([0, 1], dtype=np.float32), 2) == [1, 2]
    assert nearest_rows(ROWS, np.array([1, 0], dtype=np.float32), 10) == [0, 2, 1, 3]


def test_recall_is_the_share_that_was_found() -> None:
    assert recall([1, 2, 9, 8], [1, 2, 3, 4]) == 0.5
    assert recall([2, 1], [1, 2]) == 1.0
