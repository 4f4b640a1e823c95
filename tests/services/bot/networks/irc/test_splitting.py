"""Pieces are relayed whole, and together they are the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.bot.networks.irc.splitting import PIECES_MAX, pieces_of
from shared.errors import Invalid, TooLarge


def pieces(text: str, to: str | None = None) -> list[str]:
    return pieces_of(text, to, "#den", mask_bytes=60, line_bytes_max=512)


@given(st.text(max_size=2_000).filter(lambda text: bool(text.split())))
def test_every_piece_fits_into_a_relayed_line(text: str) -> None:
    for piece in pieces(text, to="ada"):
        relayed = b":" + b"m" * 60 + f" PRIVMSG #den :{piece}\r\n".encode()
        assert len(relayed) <= 512
        assert not set(piece) & set("\r\n\0\x01")


def test_the_first_piece_says_whom_it_is_for() -> None:
    said = pieces("one two " * 100, to="ada\r\nQUIT")
    assert said[0].startswith("ada QUIT: one two")
    assert " ".join(said).count("ada") == 1


@pytest.mark.parametrize("text", ["", "  ", "\r\n"])
def test_an_empty_line_is_not_said(text: str) -> None:
    with pytest.raises(Invalid):
        pieces(text)


@pytest.mark.parametrize("text", ["x" * 1024 * 1024, "\U0001f600" * 128 * PIECES_MAX])
def test_a_flood_of_text_is_refused(text: str) -> None:
    with pytest.raises(TooLarge):
        pieces(text)


def test_a_server_without_any_room_gets_short_lines() -> None:
    assert pieces_of("hello", None, "#den", mask_bytes=5_000, line_bytes_max=512) == ["hello"]
