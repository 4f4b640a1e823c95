"""Every 16-bit float becomes the same number in 32 bits."""

import numpy as np

from services.database.search.vectors.wide import of_length_one, scales, widened


def test_widening_is_exact_for_every_finite_number() -> None:
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16)
    finite = halves[np.isfinite(halves)].reshape(-1, 2)
    wide = widened(finite)
    assert wide.dtype == np.float32
    assert wide.tobytes() == finite.astype(np.float32).tobytes()


def test_rounded_vectors_are_brought_to_length_one() -> None:
    rows = np.random.default_rng(1).standard_normal((700, 20))
    halves = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)
    assert np.abs(np.linalg.norm(of_length_one(halves).astype(np.float64), axis=1) - 1).max() < 1e-6
    assert scales(np.array([[3.0, 4.0]], np.float32)).tolist() == [np.float32(0.2)]
