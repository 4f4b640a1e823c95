"""What is left of a text for reading when links, addresses, code and the names of things are taken out."""

import re

_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_LINK = re.compile(r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*+://[!-~]*+|<[@#!][!-;=?-~]{1,60}+>", re.IGNORECASE)
_ADDRESS = re.compile(r"(?<![\w.+@-])[\w.+-]*+@[\w.-]*+")
# A word with something inside that is in no word of a sentence: a path, a number, an option, an identifier.
_NAME_OF_A_THING = re.compile(r"(?<!\S)[^\s/\\_=<>{}#0-9]*+[/\\_=<>{}#0-9]\S*+")


def without_links(text: str) -> str:
    """Links, e-mail addresses and mentions are out."""
    if "://" in text or "<" in text:
        text = _LINK.sub(" ", text)
    return _ADDRESS.sub(" ", text) if "@" in text else text


def without_code(text: str) -> str:
    return _CODE.sub(" ", text) if "`" in text else text


def without_names_of_things(text: str) -> str:
    """For texts with spaces between the words only."""
    return _NAME_OF_A_THING.sub(" ", text)
