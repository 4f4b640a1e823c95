"""What stands in a text beside its words: codes for colours and the like, and requests between programs (CTCP)."""

import re

_DELIMITER = "\x01"
# Bold and its like; a colour with its numbers; whatever else is a control character.
_COLOUR = "\x03(?:[0-9]{1,2}(?:,[0-9]{1,2})?)?|\x04(?:[0-9a-fA-F]{6}(?:,[0-9a-fA-F]{6})?)?"
_CODES = re.compile(f"{_COLOUR}|[\x00-\x08\x0a-\x1f\x7f]")


def plain(text: str) -> str:
    """The words alone: a search for them finds them, however colourful they were."""
    return _CODES.sub("", text).strip()


def ctcp(text: str) -> tuple[str, str] | None:
    """What one program says to another inside of a text: its word and the rest. None for what is said by people."""
    if not text.startswith(_DELIMITER):
        return None
    word, _, rest = text.strip(_DELIMITER).partition(" ")
    return word.upper(), rest


def as_ctcp(word: str, rest: str) -> str:
    return f"{_DELIMITER}{word} {rest.replace(_DELIMITER, '')}{_DELIMITER}"
