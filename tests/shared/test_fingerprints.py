"""Signatures: written and read again, compared, and found by their bands."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.fingerprints import (
    BANDS,
    PERMUTATIONS,
    Signature,
    band_keys,
    decode_signature,
    encode_signature,
    similarities,
    similarity,
)

numbers = st.lists(st.integers(0, 2**32 - 1), min_size=PERMUTATIONS, max_size=PERMUTATIONS)


def signature_of(values: list[int]) -> Signature:
    return np.array(values, dtype=np.uint32)


def changed(signature: Signature, places: range) -> Signature:
    other = signature.copy()
    other[places.start : places.stop : places.step] += np.uint32(1)
    return other


RANDOM = np.random.default_rng(7).integers(0, 2**32, size=(500, PERMUTATIONS), dtype=np.uint32)


@given(numbers)
def test_a_signature_is_the_same_after_it_was_written_and_read(values: list[int]) -> None:
    signature = signature_of(values)
    assert decode_signature(encode_signature(signature)).tolist() == values


@pytest.mark.parametrize("encoded", ["", "AAAA", "not base64!", "ä", "A" * 344])
def test_what_is_no_signature_is_refused(encoded: str) -> None:
    with pytest.raises(ValueError, match="a signature"):
        decode_signature(encoded)


def test_similarity_is_the_share_of_equal_places() -> None:
    signature = RANDOM[0]
    assert similarity(signature, signature) == 1.0
    assert similarity(signature, changed(signature, range(PERMUTATIONS))) == 0.0
    assert similarity(signature, changed(signature, range(16))) == 0.75
    assert similarities(RANDOM, signature)[0] == 1.0
    assert similarities(RANDOM, signature)[1:].max() < 0.1


def test_the_keys_of_many_are_those_of_each() -> None:
    keys = band_keys(RANDOM)
    assert keys.shape == (500, BANDS)
    assert keys.dtype == np.uint64
    assert all((band_keys(signature) == row).all() for signature, row in zip(RANDOM, keys, strict=True))


def test_a_key_is_of_its_band_alone() -> None:
    keys = band_keys(RANDOM)
    assert len(np.unique(keys)) == keys.size
    # The same four numbers in every band still give different keys.
    assert len(np.unique(band_keys(np.full(PERMUTATIONS, 5, dtype=np.uint32)))) == BANDS


def test_one_changed_place_changes_one_key() -> None:
    signature = RANDOM[0]
    for place in range(PERMUTATIONS):
        equal = band_keys(signature) == band_keys(changed(signature, range(place, place + 1)))
        assert equal.sum() == BANDS - 1
        assert not equal[place // (PERMUTATIONS // BANDS)]


def test_keys_stay_as_they_are() -> None:
    """They are kept in indexes: another value would make those useless without anybody noticing."""
    assert band_keys(np.arange(PERMUTATIONS, dtype=np.uint32))[:2].tolist() == [
        3615452410189942748,
        4687494450815947620,
    ]
