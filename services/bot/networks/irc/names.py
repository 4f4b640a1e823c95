"""Names on IRC, and what stands for them in a subject: `#python` is `python`, and whoever is called ada is `@ada`.

What a subject can't bear is written as `%2E`; so the way back always leads to the same name. Which names mean the same
is for the server to say (`Casing`): `#Python` and `#python` are one channel.
"""

from dataclasses import dataclass
from urllib.parse import unquote

from shared.contracts.chat import is_private, private_channel
from shared.errors import Invalid

CHANNEL_TYPES = "#&+!"
_HASH = "#"
_UNBEARABLE = frozenset(".*>%")
# What has a meaning at the beginning of a channel in a subject.
_MARKS = CHANNEL_TYPES + "@"
# For a name of which nothing is left: there is a channel that is called `#`.
_NOTHING = "%"
_UNSPEAKABLE_IN_CHANNELS = frozenset(" ,\x07\r\n\0")
_UNSPEAKABLE_IN_NICKS = frozenset(" ,.:*?!@$\r\n\0")
_UNSPEAKABLE_FIRST = frozenset("#&+%~")
NAME_BYTES_MAX = 200

_ASCII = {ord(upper): upper.lower() for upper in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_STRICT = {**_ASCII, ord("["): "{", ord("]"): "}", ord("\\"): "|"}
_RFC1459 = {**_STRICT, ord("~"): "^"}
OLDEST_CASING = "rfc1459"
_TABLES = {"ascii": _ASCII, OLDEST_CASING: _RFC1459, "rfc1459-strict": _STRICT, "strict-rfc1459": _STRICT}


@dataclass(frozen=True, slots=True)
class Casing:
    """Which letters a server takes for the same. What it doesn't say, and old servers don't, is the oldest rule."""

    mapping: str = OLDEST_CASING

    def fold(self, name: str) -> str:
        table = _TABLES.get(self.mapping)
        # Every other mapping that is in use is about letters of all scripts; to none of them "ß" is "ss".
        return name.lower() if table is None else name.translate(table)


def is_channel(name: str) -> bool:
    """Whether this can be sent as the name of a channel."""
    return name[:1] in _types() and not _UNSPEAKABLE_IN_CHANNELS.intersection(name) and _is_of_a_length(name)


def is_nick(name: str) -> bool:
    """Whether this can be sent as somebody's name: it is nothing else then, such as a channel or a server."""
    return (
        bool(name)
        and name.isprintable()
        and name[0] not in _UNSPEAKABLE_FIRST
        and not _UNSPEAKABLE_IN_NICKS.intersection(name)
        and _is_of_a_length(name)
    )


def in_subject(channel: str) -> str:
    """A channel's name, beginning with what says that it is one."""
    mark, rest = channel[:1], channel[1:]
    if mark != _HASH:
        return mark + _escaped(rest)
    if rest[:1] in tuple(_MARKS):
        return _escape(rest[0]) + _escaped(rest[1:], is_rest=True)
    return _escaped(rest)


def person_in_subject(nick: str) -> str:
    return private_channel(_escaped(nick))


def from_subject(channel: str) -> str:
    """The name of the channel or, in a private conversation, of the person. Raises `Invalid` for what is neither."""
    if is_private(channel):
        name = _unescaped(channel[1:])
        if not is_nick(name):
            raise Invalid(f"{channel!r} is nobody's name on IRC")
        return name
    mark, rest = (channel[0], channel[1:]) if channel[:1] in _types() else (_HASH, channel)
    name = mark + _unescaped(rest)
    if not is_channel(name):
        raise Invalid(f"{channel!r} is no channel's name on IRC")
    return name


def _types() -> tuple[str, ...]:
    # Not the string itself: the empty one is a part of it.
    return tuple(CHANNEL_TYPES)


def _is_of_a_length(name: str) -> bool:
    return len(name.encode(errors="replace")) <= NAME_BYTES_MAX


def _escaped(name: str, *, is_rest: bool = False) -> str:
    if not name and not is_rest:
        return _NOTHING
    return "".join(_escape(each) if _is_unbearable(each) else each for each in name)


def _is_unbearable(character: str) -> bool:
    return character in _UNBEARABLE or character.isspace() or not character.isprintable()


def _escape(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode(errors="surrogatepass"))


def _unescaped(name: str) -> str:
    if name == _NOTHING:
        return ""
    try:
        return unquote(name, errors="strict")
    except UnicodeDecodeError as error:
        raise Invalid(f"{name!r} is no name: what is escaped in it is not UTF-8") from error
