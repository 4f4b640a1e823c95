"""One text as lines that a network relays whole: what it puts before each of them counts, too."""

from services.bot.wording import cut
from shared.errors import Invalid, TooLarge
from shared.harmless import harmless

PIECES_MAX = 16
TO_CHARACTERS_MAX = 64
# Room for a name in another script at least, whatever the server says of itself.
PIECE_BYTES_MIN = 64


def pieces_of(text: str, to: str | None, target: str, mask_bytes: int, line_bytes_max: int) -> list[str]:
    """`mask_bytes` has our own name, user and host, as everybody gets to see them before a line."""
    room = line_bytes_max - mask_bytes - len(f":  PRIVMSG {target} :\r\n".encode())
    bytes_max = max(room, PIECE_BYTES_MIN)
    if len(text) > PIECES_MAX * bytes_max:
        raise _too_long()
    line = _one_line(text)
    if not line:
        raise Invalid("there is nothing to say in an empty line")
    if to:
        line = f"{_one_line(to)[:TO_CHARACTERS_MAX]}: {line}"
    pieces = cut(line, bytes_max)
    if len(pieces) > PIECES_MAX:
        raise _too_long()
    return pieces


def _one_line(text: str) -> str:
    return harmless(" ".join(text.split()))


def _too_long() -> TooLarge:
    return TooLarge(f"the text has more than {PIECES_MAX} lines of this network")
