"""Colours go, words stay; what programs say to each other is told from what people say."""

import pytest

from services.bot.networks.irc.markup import as_ctcp, ctcp, plain


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\x02bold\x0f \x1ditalic\x1d \x1funder\x1f \x16swap", "bold italic under swap"),
        ("\x0304red\x03 \x033,12both \x0399,99 rest", "red both  rest"),
        ("\x03,1 comma stays", ",1 comma stays"),
        ("\x04ff0000hex\x04", "hex"),
        ("\x11mono\x1estrike\x07bell", "monostrikebell"),
        ("\x02\x02", ""),
        ("tab\tstays, and so does שלום", "tab\tstays, and so does שלום"),
    ],
)
def test_codes_are_taken_out(text: str, words: str) -> None:
    assert plain(text) == words


def test_ctcp() -> None:
    assert ctcp("hello") is None
    assert ctcp("\x01action waves\x01") == ("ACTION", "waves")
    assert ctcp("\x01VERSION") == ("VERSION", "")
    assert ctcp("\x01\x01") == ("", "")
    assert as_ctcp("PING", "1\x01PRIVMSG") == "\x01PING 1PRIVMSG\x01"
