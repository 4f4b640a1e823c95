"""The bot's own name: another one while somebody else has the wanted one, and that again as soon as it is free."""

import re

from services.bot.networks.irc.features import Features
from services.bot.networks.irc.lines import Line
from services.bot.networks.irc.login import Refused
from services.bot.networks.irc.names import is_nick
from services.bot.networks.irc.outgoing import Outgoing

# Every server takes so many characters, and these.
PLAIN_LENGTH = 9
_NOT_PLAIN = re.compile("[^A-Za-z0-9_]|^[^A-Za-z]+")
FALLBACK = "postil"
TRIES_MAX = 30
UNDERSCORES_MAX = 2
# How often a name that somebody else has is asked for; more and more seldom if it is taken from us again.
RECOVER_SECONDS = 60.0
RECOVER_SECONDS_MAX = 3_600.0
USER_LENGTH_MAX = 9
# What is kept free for `user@host` as long as we don't know our own.
MASK_BYTES_GUESSED = 80

ERRONEOUS, IN_USE = "432", "433"
# Also those for a name that is kept back for a while, or in use on another server.
REFUSALS = frozenset({ERRONEOUS, IN_USE, "436", "437"})


class Nicks:
    def __init__(self, wanted: str, features: Features, out: Outgoing) -> None:
        self.wanted = wanted
        self.own = wanted
        self.own_mask: str | None = None
        self._features = features
        self._out = out
        self._tries = 0
        self._is_settled = False
        self._asked_at = 0.0
        self._pause_seconds = RECOVER_SECONDS

    @property
    def user(self) -> str:
        return _plain(self.wanted)[:USER_LENGTH_MAX].lower()

    @property
    def mask_bytes(self) -> int:
        if self.own_mask is None:
            return len(self.own.encode()) + MASK_BYTES_GUESSED
        return len(self.own_mask.encode())

    def is_own(self, nick: str) -> bool:
        return self._same(nick, self.own)

    def on_welcome(self, line: Line, now: float) -> None:
        # A server may have cut it.
        self._take(line.param(0))
        self._is_settled = True
        self._asked_at = now

    def on_refused(self, line: Line) -> None:
        """Somebody else has it, or the server doesn't like it."""
        if self._is_settled:
            if line.command == ERRONEOUS:
                self.wanted = self.own
            return
        self._tries += 1
        if self._tries > TRIES_MAX:
            raise Refused("the server takes none of our names")
        if line.command == ERRONEOUS:
            self.wanted = _plain(self.wanted)
        self.own = self._another()
        self._out.send("NICK", self.own)

    def on_renamed(self, line: Line) -> None:
        """Somebody has another name now, maybe we."""
        if self.is_own(line.nick):
            if self.is_own(self.wanted):
                # Most likely it belongs to somebody, and the network's services see to that.
                self._pause_seconds = min(2 * self._pause_seconds, RECOVER_SECONDS_MAX)
            self._take(line.param(0))
            if self.own_mask is not None:
                self.own_mask = f"{self.own}!{self.own_mask.partition('!')[2]}"
        else:
            self.on_left(line)

    def on_left(self, line: Line) -> None:
        if self._is_away and self._same(line.nick, self.wanted):
            self._out.send("NICK", self.wanted)

    def on_host(self, user_and_host: str) -> None:
        user, at, host = user_and_host.rpartition("@")
        if not at:
            user = self.own_mask.partition("!")[2].partition("@")[0] if self.own_mask else self.user
        self.own_mask = f"{self.own}!{user}@{host}"

    def recover(self, now: float) -> None:
        length_max = self._features.nick_length
        if length_max is not None and len(self.wanted) > length_max:
            self.wanted = self.wanted[:length_max]
        if self._is_away and now - self._asked_at >= self._pause_seconds:
            self._asked_at = now
            self._out.send_in_turn("NICK", self.wanted)

    @property
    def _is_away(self) -> bool:
        return self._is_settled and not self.is_own(self.wanted)

    def _take(self, nick: str) -> None:
        if is_nick(nick):
            self.own = nick

    def _same(self, one: str, other: str) -> bool:
        fold = self._features.casing.fold
        return fold(one) == fold(other)

    def _another(self) -> str:
        ending = "_" * self._tries if self._tries <= UNDERSCORES_MAX else str(self._tries - UNDERSCORES_MAX)
        # The end is what makes it another one, so it must not be cut off.
        length_max = max(len(self.wanted), PLAIN_LENGTH)
        return self.wanted[: length_max - len(ending)] + ending


def _plain(nick: str) -> str:
    return _NOT_PLAIN.sub("", nick)[:PLAIN_LENGTH] or FALLBACK
