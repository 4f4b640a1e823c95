"""Check digits, and how random a string looks."""

import pytest

from services.analysis.words.checksums import bits_per_character, iban_length, is_iban, is_luhn


@pytest.mark.parametrize("digits", ["4242424242424242", "378282246310005", "79927398713", "0"])
def test_numbers_with_the_right_check_digit(digits: str) -> None:
    assert is_luhn(digits)
    assert not is_luhn(digits[:-1] + str((int(digits[-1]) + 1) % 10))


@pytest.mark.parametrize("written", ["DE89370400440532013000", "GB29NWBK60161331926819", "NO9386011117947"])
def test_account_numbers(written: str) -> None:
    assert is_iban(written)
    assert iban_length(written[:2]) == len(written)
    assert not is_iban(written[:-1])
    assert not is_iban(written[:-2] + written[-1] + "X")


def test_what_is_random_looks_so() -> None:
    assert bits_per_character("aaaa") == 0
    assert bits_per_character("password") < 3 < bits_per_character("q7Zp2xLm9VtR4wKs")
