"""A vector survives being written down; what is no vector is told from one."""

from base64 import b64encode

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.vectors import (
    DIMENSIONS_MAX,
    bytes_of_text,
    halves_of_bytes,
    of_length_one,
    texts_of_vectors,
    vector_of_text,
)


@pytest.mark.parametrize("dimensions", [1, 2, 3, 256, DIMENSIONS_MAX])
def test_a_vector_is_read_as_it_was_written(dimensions: int) -> None:
    rows = np.random.default_rng(1).standard_normal((3, dimensions))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    for row, text in zip(rows, texts_of_vectors(rows.astype(np.float32)), strict=True):
        vector = vector_of_text(text)
        assert vector is not None
        assert vector.dtype == np.float32
        assert vector == pytest.approx(row, abs=1e-3)
        assert bytes_of_text(text, dimensions) == row.astype(np.float32).astype("<f2").tobytes()


@pytest.mark.parametrize(
    "numbers", [[0.0, 0.0], [0.5, 0.5], [2.0, 0.0], [np.nan, 1.0], [np.inf, 0.0], [60_000.0, 60_000.0]]
)
def test_only_length_one_counts(numbers: list[float]) -> None:
    raw = np.array(numbers, dtype="<f2").tobytes()
    assert vector_of_text(b64encode(raw).decode()) is None
    assert of_length_one(halves_of_bytes([raw, np.array([1, 0], "<f2").tobytes()])).tolist() == [False, True]


def test_too_long_is_no_vector() -> None:
    numbers = np.zeros(DIMENSIONS_MAX + 1, "<f2")
    numbers[0] = 1
    assert vector_of_text(b64encode(numbers.tobytes()).decode()) is None


def test_not_a_byte_more_or_less() -> None:
    text = b64encode(np.array([1, 0, 0], "<f2").tobytes()).decode()
    assert bytes_of_text(text, 3) is not None
    for other in (text[:-1], text + "A", text + "AAAA", text + "=", " " + text, text[:-2] + "\n\n", "=" * len(text)):
        assert bytes_of_text(other, 3) is None
    for dimensions in (-1, 0, 2, 4, 10**40):
        assert bytes_of_text(text, dimensions) is None


@given(st.text())
def test_no_text_is_too_strange(text: str) -> None:
    vector = vector_of_text(text)
    assert vector is None or 1 <= len(vector) <= DIMENSIONS_MAX
