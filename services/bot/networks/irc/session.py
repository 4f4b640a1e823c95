"""A conversation with an IRC server, without a connection: lines come in, and lines go to `Outgoing`.

It owns the order of things (greeting, login, channels) and hands every line to whoever it concerns. Time comes from
the clock and from `tick`, which is called about once a second.
"""

from collections.abc import Callable, Mapping

from services.bot.networks.irc.features import Features
from services.bot.networks.irc.flood import Bucket
from services.bot.networks.irc.hearing import Hearing
from services.bot.networks.irc.lines import Line, read_line
from services.bot.networks.irc.login import SASL_FAILURES, SASL_SUCCESSES, Login, Refused, reason
from services.bot.networks.irc.markup import as_ctcp, ctcp, plain
from services.bot.networks.irc.names import from_subject, is_nick
from services.bot.networks.irc.nicks import REFUSALS as NICK_REFUSALS
from services.bot.networks.irc.nicks import Nicks
from services.bot.networks.irc.outgoing import Outgoing
from services.bot.networks.irc.rooms import REFUSALS as ROOM_REFUSALS
from services.bot.networks.irc.rooms import Rooms
from services.bot.networks.irc.sayings import ERRORS, Saying, Sayings
from services.bot.networks.irc.splitting import pieces_of
from services.bot.networks.network import Hear
from shared import __version__
from shared.clock import Clock
from shared.contracts.chat import Say, is_private
from shared.errors import Invalid, NotFound, Unavailable
from shared.settings import IrcSettings

WELCOME_SECONDS_MAX = 60.0
# After that the message of the day, or what stands for it, will not come any more.
FEATURES_SECONDS_MAX = 5.0
# How the services of a network are called, as in NickServ.
SERVICES = "serv"
CTCP_COUNT = 3
CTCP_SECONDS = 20.0
PING_CHARACTERS_MAX = 64

Handle = Callable[[Line], None]


class Session:
    def __init__(self, settings: IrcSettings, clock: Clock, hear: Hear) -> None:
        self._settings = settings
        self._clock = clock
        self.out = Outgoing()
        self.features = Features()
        self.sayings = Sayings(settings.waiting_count_max)
        self.login = Login(settings, self.out)
        self.nicks = Nicks(settings.nick, self.features, self.out)
        self.rooms = Rooms(settings.channels, self.features, self.out)
        self._hearing = Hearing(self.features, self.rooms, clock, hear)
        self._answers = Bucket(clock, CTCP_COUNT, CTCP_SECONDS)
        self._started_at = self._now()
        self.welcomed_at: float | None = None
        self._is_joining = False
        self.unreadable = 0
        self._handlers = self._all_handlers()

    def start(self) -> None:
        self.login.start()
        if self._settings.password is not None:
            self.out.send("PASS", self._settings.password.get_secret_value())
        self.out.send("NICK", self.nicks.own)
        self.out.send("USER", self.nicks.user, "0", "*", self._settings.real_name)

    def receive(self, raw: bytes) -> None:
        """Raises `Unavailable` when the server ends it, or it has no sense."""
        line = read_line(raw)
        if line is None:
            self.unreadable += bool(raw.strip())
        elif handle := self._handlers.get(line.command):
            handle(line)

    def tick(self) -> None:
        now = self._now()
        self.sayings.expire(now)
        if self.welcomed_at is None:
            if now - self._started_at > WELCOME_SECONDS_MAX:
                raise Unavailable("the server has not let us in in time")
            return
        self._is_joining |= now - self.welcomed_at > FEATURES_SECONDS_MAX
        if self._is_joining:
            self.rooms.join_due(now)
            self.nicks.recover(now)

    def say(self, say: Say) -> Saying:
        """Its lines wait for their turn. Raises why they can't."""
        target = from_subject(say.channel)
        if self.welcomed_at is None:
            raise Unavailable(f"{self._settings.host} has not let us in yet")
        alone = is_private(say.channel)
        if alone:
            if target.lower().endswith(SERVICES):
                # They take orders from the bot's account; nobody in chat is to give them.
                raise Invalid(f"{target} is a service of the network, and nobody to talk to")
        else:
            room = self.rooms.find(target)
            if room is None:
                raise NotFound(f"{target} is none of the channels in the settings")
            if not room.is_in:
                raise Unavailable(f"we are not in {target} just now")
            # In a subject stands what the server takes for the same.
            target = room.name
        to = None if alone else say.to
        pieces = pieces_of(say.text, to, target, self.nicks.mask_bytes, self.features.line_bytes_max)
        lines = [f"PRIVMSG {target} :{piece}" for piece in pieces]
        return self.sayings.add(self.features.casing.fold(target), lines, self._now(), alone=alone)

    def _all_handlers(self) -> Mapping[str, Handle]:
        handlers: dict[str, Handle] = {
            "PING": lambda line: self.out.send("PONG", *line.params[:1]),
            "PONG": lambda line: self.sayings.confirm(line.param(-1)),
            "ERROR": self._on_error,
            "CAP": self.login.on_cap,
            "AUTHENTICATE": self.login.on_authenticate,
            "001": self._on_welcome,
            "005": lambda line: self.features.learn(line.params[1:-1]),
            "332": self._on_topic_text,
            "333": self._on_topic_author,
            "353": self.rooms.on_names,
            "376": self._on_greeted,
            "396": lambda line: self.nicks.on_host(line.param(1)),
            "422": self._on_greeted,
            "464": self._on_banned,
            "465": self._on_banned,
            "CHGHOST": self._on_new_host,
            "INVITE": lambda line: self.rooms.on_invited(line.param(1), self._now()),
            "JOIN": self._on_join,
            "KICK": self._on_kick,
            "NICK": self._on_nick,
            "NOTICE": self._on_message,
            "PART": self._on_part,
            "PRIVMSG": self._on_message,
            "QUIT": self._on_quit,
            "TOPIC": self._on_topic,
        }
        handlers |= dict.fromkeys(SASL_SUCCESSES | SASL_FAILURES, self.login.on_sasl)
        return handlers | dict.fromkeys(NICK_REFUSALS | ROOM_REFUSALS | ERRORS.keys(), self._on_refused)

    def _on_error(self, line: Line) -> None:
        raise Unavailable(f"the server said: {reason(line.param(-1))}")

    def _on_banned(self, line: Line) -> None:
        if self.welcomed_at is None:
            raise Refused(f"the server does not let us in: {reason(line.param(-1))}")

    def _on_welcome(self, line: Line) -> None:
        self.login.check_welcome()
        self.welcomed_at = self._now()
        self.nicks.on_welcome(line, self.welcomed_at)

    def _on_greeted(self, line: Line) -> None:
        if self.welcomed_at is None or self._is_joining:
            return
        self._is_joining = True
        if self.features.bot_mode:
            self.out.send_in_turn("MODE", self.nicks.own, f"+{self.features.bot_mode}")
        self.tick()

    def _on_refused(self, line: Line) -> None:
        """The same number may be about a name, about a channel that we want to be in, or about what we said."""
        about = line.param(1)
        is_channel = self.features.channel_in(about) is not None
        if is_channel and line.command in ROOM_REFUSALS:
            self.rooms.on_refused(line, self._now())
        if not is_channel and line.command in NICK_REFUSALS:
            self.nicks.on_refused(line)
        if line.command in ERRORS:
            self.sayings.refuse(self.features.casing.fold(about), line.command, reason(line.param(-1)))

    def _on_new_host(self, line: Line) -> None:
        if self.nicks.is_own(line.nick):
            self.nicks.on_host(f"{line.param(0)}@{line.param(1)}")

    def _on_message(self, line: Line) -> None:
        if not line.nick or self.nicks.is_own(line.nick):
            return
        is_for_us = self.nicks.is_own(line.param(0))
        if is_for_us and line.command == "PRIVMSG":
            self._answer_program(line)
        if is_for_us or self.features.channel_in(line.param(0)):
            self._hearing.on_message(line)

    def _answer_program(self, line: Line) -> None:
        word, rest = ctcp(line.param(1)) or ("", "")
        answers = {"VERSION": f"Postil {__version__}", "PING": rest[:PING_CHARACTERS_MAX]}
        if word in answers and is_nick(line.nick) and self._answers.wait_seconds() == 0:
            self._answers.take()
            self.out.send_in_turn("NOTICE", line.nick, as_ctcp(word, answers[word]))

    def _on_join(self, line: Line) -> None:
        name = self.features.channel_in(line.param(0))
        if name is None or not line.nick:
            return
        if self.nicks.is_own(line.nick):
            if "!" in line.mask:
                self.nicks.own_mask = line.mask
            self.rooms.on_joined(name, self._now())
        elif (room := self.rooms.find(name)) and room.is_in:
            self.rooms.add(room, line.nick)
            self._hearing.on_joined(line, room)

    def _on_part(self, line: Line) -> None:
        room = self.rooms.find(line.param(0))
        if room is None or not room.is_in:
            return
        if self.nicks.is_own(line.nick):
            self.rooms.on_left(room, self._now())
        elif line.nick:
            self.rooms.remove(room, line.nick)
            self._hearing.on_left(line, room, line.param(1))

    def _on_kick(self, line: Line) -> None:
        room, nick = self.rooms.find(line.param(0)), line.param(1)
        if room is None or not room.is_in:
            return
        if self.nicks.is_own(nick):
            self.rooms.on_kicked(room, self._now())
        elif nick:
            self.rooms.remove(room, nick)
            self._hearing.on_kicked(line, room, nick)

    def _on_quit(self, line: Line) -> None:
        if self.nicks.is_own(line.nick):
            raise Unavailable(f"we were made to leave: {reason(line.param(0))}")
        for room in self.rooms.with_member(line.nick):
            self.rooms.remove(room, line.nick)
            self._hearing.on_left(line, room, line.param(0))
        self.nicks.on_left(line)

    def _on_nick(self, line: Line) -> None:
        is_ours, name = self.nicks.is_own(line.nick), line.param(0)
        for room in self.rooms.with_member(line.nick):
            self.rooms.remove(room, line.nick)
            self.rooms.add(room, name)
            if not is_ours and name:
                self._hearing.on_renamed(line, room, name)
        self.nicks.on_renamed(line)

    def _on_topic(self, line: Line) -> None:
        room = self.rooms.find(line.param(0))
        if room is not None and room.is_in and line.nick and not self.nicks.is_own(line.nick):
            self._hearing.on_topic(line, room)

    def _on_topic_text(self, line: Line) -> None:
        if room := self.rooms.find(line.param(1)):
            room.topic = plain(line.param(2))

    def _on_topic_author(self, line: Line) -> None:
        room = self.rooms.find(line.param(1))
        if room is not None and room.is_in:
            self._hearing.on_topic_from_before(line, room)

    def _now(self) -> float:
        return self._clock.now().timestamp()
