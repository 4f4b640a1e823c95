"""What a server says of itself (`005`): which letters are the same, how long a name or a line may be."""

from collections.abc import Sequence

from services.bot.networks.irc.names import CHANNEL_TYPES, OLDEST_CASING, Casing

LINE_BYTES = 512
LINE_BYTES_MAX = 8_191
NICK_LENGTH_MAX = 64
# What holds where a server says nothing, or takes back what it has said; of all others there is none.
_DEFAULTS = {"CASEMAPPING": OLDEST_CASING, "CHANTYPES": "#&", "STATUSMSG": "@+"}


class Features:
    def __init__(self) -> None:
        self.casing = Casing()
        self.channel_types = _DEFAULTS["CHANTYPES"]
        # What may stand before a channel's name, for those in it who have a certain status.
        self.statuses = _DEFAULTS["STATUSMSG"]
        self.nick_length: int | None = None
        self.line_bytes_max = LINE_BYTES
        # The mode by which bots tell that they are.
        self.bot_mode = ""

    def learn(self, tokens: Sequence[str]) -> None:
        for token in tokens:
            name, _, value = token.partition("=")
            if name.startswith("-"):
                name = name.removeprefix("-")
                value = _DEFAULTS.get(name, "")
            match name:
                case "CASEMAPPING":
                    self.casing = Casing(value.lower() or OLDEST_CASING)
                case "CHANTYPES":
                    self.channel_types = "".join(each for each in CHANNEL_TYPES if each in value)
                case "STATUSMSG":
                    self.statuses = value[:16]
                case "NICKLEN":
                    self.nick_length = _between(value, 1, NICK_LENGTH_MAX)
                case "LINELEN":
                    self.line_bytes_max = _between(value, LINE_BYTES, LINE_BYTES_MAX) or LINE_BYTES
                case "BOT":
                    self.bot_mode = value if len(value) == 1 and value.isalpha() else ""

    def channel_in(self, target: str) -> str | None:
        """The channel that something was sent to, if it was one; also if only some of those in it get it."""
        if target[:1] and target[0] in self.channel_types:
            return target
        bare = target.lstrip(self.statuses) if self.statuses else target
        return bare if bare[:1] and bare[0] in self.channel_types else None


def _between(value: str, lowest: int, highest: int) -> int | None:
    if not value.isascii() or not value.isdigit():
        return None
    return max(lowest, min(int(value[:9]), highest))
