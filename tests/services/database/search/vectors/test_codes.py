"""Codes name candidates among which the nearest are, for vectors of every width; other files are refused."""

from pathlib import Path

import faiss
import numpy as np
import pytest

from services.database.search.vectors.codes import Codes
from tests.services.database.search.vectors.ground import exact_of_each, vectors


@pytest.mark.parametrize("dimensions", [1, 7, 64, 700])
def test_the_nearest_are_among_the_candidates(tmp_path: Path, dimensions: int) -> None:
    rows, questions = vectors(3_000, dimensions=dimensions), vectors(20, seed=2, dimensions=dimensions)
    codes = Codes.trained(rows[:1_500])
    codes.add(rows[:1_000])
    codes.add(rows[1_000:])
    assert codes.count == 3_000
    candidates = codes.nearest(questions, 300)
    assert candidates.shape == (20, 300)
    similar = np.sort(np.take_along_axis(questions @ rows.T, candidates, axis=1), axis=1)[:, -10:]
    best = np.sort(questions @ rows.T, axis=1)[:, -10:]
    assert (similar >= best - 0.02).mean() >= 0.95
    codes.write(tmp_path / "codes")
    again = Codes.read(tmp_path / "codes", dimensions, count_max=3_000)
    assert (np.sort(again.nearest(questions, 300)) == np.sort(candidates)).all()


def test_more_than_there_are_is_all_there_is() -> None:
    rows = vectors(1_200)
    codes = Codes.trained(rows)
    codes.add(rows[:50])
    found = codes.nearest(rows[:1], 80)[0]
    assert sorted(found.tolist()) == [-1] * 30 + list(range(50))
    assert exact_of_each(rows[:50], rows[:1], 1) == [[1]]


def test_other_files_are_refused(tmp_path: Path) -> None:
    rows = vectors(1_200)
    codes = Codes.trained(rows)
    codes.write(tmp_path / "empty")
    codes.add(rows)
    codes.write(tmp_path / "codes")
    other = faiss.IndexFlatIP(32)
    other.add(rows)
    faiss.write_index(other, str(tmp_path / "other"))
    (tmp_path / "text").write_bytes(b"no index at all")
    for name in ("empty", "other", "text", "nowhere"):
        with pytest.raises(ValueError, match=name):
            Codes.read(tmp_path / name, 32, count_max=1_200)
    with pytest.raises(ValueError, match="1200 rows"):
        Codes.read(tmp_path / "codes", 32, count_max=1_199)
    with pytest.raises(ValueError, match="another kind"):
        Codes.read(tmp_path / "codes", 48, count_max=1_200)
