"""The first words with a server: what both sides are capable of (CAP), and a login to an account (SASL).

Whoever asks for a login gets it, or no connection at all: a network that suddenly has no SASL may be somebody else's,
and a bot without its account is in the wrong channels, or in none.
"""

import base64

from services.bot.networks.irc.lines import Line
from services.bot.networks.irc.markup import plain
from services.bot.networks.irc.outgoing import Outgoing
from shared.errors import Unavailable
from shared.settings import IrcSettings

WANTED = ("account-tag", "message-tags", "server-time", "chghost")
SASL = "sasl"
OFFERS_MAX = 256
CHUNK = 400
SASL_FAILURES = frozenset({"902", "904", "905", "906", "908"})
# The second: somebody is logged in already.
SASL_SUCCESSES = frozenset({"903", "907"})
REASON_CHARACTERS_MAX = 200


class Refused(Unavailable):
    """The server does not want us, or we not it. That is so for a while: the next try is made late."""


def reason(text: str) -> str:
    """Why a server doesn't do something, as far as it can be told to people."""
    return plain(text)[:REASON_CHARACTERS_MAX]


class Login:
    def __init__(self, settings: IrcSettings, out: Outgoing) -> None:
        self._settings = settings
        self._out = out
        self._offers: dict[str, str] = {}
        self._asked: set[str] = set()
        self._is_over = False
        self.granted: set[str] = set()
        self.is_logged_in = False

    @property
    def mechanism(self) -> str | None:
        if self._settings.account is None:
            return None
        return "EXTERNAL" if self._settings.account_password is None else "PLAIN"

    def start(self) -> None:
        if self.mechanism == "EXTERNAL" and self._settings.tls_certificate is None:
            raise Refused("the account has neither a password nor a certificate in the settings")
        self._out.send("CAP", "LS", "302")

    def check_welcome(self) -> None:
        """The server lets us in, maybe without a word on what was asked."""
        if self.mechanism and not self.is_logged_in:
            raise Refused("the server let us in without the login to the account")
        self._is_over = True

    def on_cap(self, line: Line) -> None:
        said, is_more = line.param(1).upper(), line.param(2) == "*"
        match said:
            case "LS" if not self._is_over:
                self._note_offers(line)
                if not is_more and not self._asked:
                    self._ask()
            case "NEW":
                self._note_offers(line)
                self._ask_for({name for name in WANTED if name in self._offers} - self.granted)
            case "DEL":
                for name in line.param(-1).split():
                    self._offers.pop(name, None)
                    self.granted.discard(name)
            case "ACK":
                self._on_granted({name for name in line.param(-1).split() if name in self._asked})
            case "NAK" if not self._is_over:
                self._on_denied()

    def on_authenticate(self, line: Line) -> None:
        if line.param(0) != "+" or self._is_over or SASL not in self.granted:
            return
        encoded = base64.b64encode(self._credentials().encode()).decode()
        for start in range(0, len(encoded), CHUNK):
            self._out.send("AUTHENTICATE", encoded[start : start + CHUNK])
        if len(encoded) % CHUNK == 0:
            # Or the server would wait for more.
            self._out.send("AUTHENTICATE", "+")

    def on_sasl(self, line: Line) -> None:
        if self._is_over or self.mechanism is None:
            return
        if line.command in SASL_FAILURES:
            # One of them says what there is instead, and says so in two words.
            raise Refused(f"the login to the account failed: {reason(' '.join(line.params[1:]))}")
        self.is_logged_in = True
        self._end()

    def _note_offers(self, line: Line) -> None:
        for offer in line.param(-1).split():
            name, _, value = offer.partition("=")
            if len(self._offers) < OFFERS_MAX:
                self._offers[name] = value

    def _ask(self) -> None:
        wanted = {name for name in WANTED if name in self._offers}
        if self.mechanism:
            mechanisms = self._offers.get(SASL)
            if mechanisms is None or (mechanisms and self.mechanism not in mechanisms.upper().split(",")):
                raise Refused(f"the server offers no login by SASL {self.mechanism}")
            wanted.add(SASL)
        if wanted:
            self._ask_for(wanted)
        else:
            self._end()

    def _ask_for(self, names: set[str]) -> None:
        if names:
            self._asked |= names
            self._out.send("CAP", "REQ", " ".join(sorted(names)))

    def _on_granted(self, names: set[str]) -> None:
        self.granted |= names
        if self._is_over:
            return
        if SASL in names and self.mechanism:
            self._out.send("AUTHENTICATE", self.mechanism)
        elif not self.mechanism:
            self._end()

    def _on_denied(self) -> None:
        """All that was asked for: what is only nice to have may be the reason."""
        if not self.mechanism:
            self._end()
        elif self._asked == {SASL}:
            raise Refused("the server refuses a login by SASL")
        else:
            self._asked = set()
            self._ask_for({SASL})

    def _end(self) -> None:
        self._is_over = True
        self._out.send("CAP", "END")

    def _credentials(self) -> str:
        account = self._settings.account or ""
        if self._settings.account_password is None:
            return account
        return f"{account}\0{account}\0{self._settings.account_password.get_secret_value()}"
