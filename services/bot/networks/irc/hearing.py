"""What people do in the channels, as the bot gets to hear it: said, done, noticed, joined, left, and the topic."""

from datetime import UTC, datetime, timedelta

from services.bot.networks.irc.features import Features
from services.bot.networks.irc.lines import BOT_TAGS, Line
from services.bot.networks.irc.markup import ctcp, plain
from services.bot.networks.irc.names import in_subject, person_in_subject
from services.bot.networks.irc.rooms import Room, Rooms
from services.bot.networks.network import Hear, Heard
from shared.clock import Clock
from shared.contracts.chat import ACTION, JOINED, LEFT, NOTICE, TOPIC, Speaker

# A server whose clock is ahead of ours by more than this is not believed.
AHEAD_MAX = timedelta(minutes=1)
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


class Hearing:
    def __init__(self, features: Features, rooms: Rooms, clock: Clock, hear: Hear) -> None:
        self._features = features
        self._rooms = rooms
        self._clock = clock
        self._hear = hear

    def on_message(self, line: Line) -> None:
        channel = self._channel_of(line)
        text = line.param(1)
        kind = NOTICE if line.command == "NOTICE" else None
        if between_programs := ctcp(text):
            word, text = between_programs
            if word != "ACTION" or kind:
                return
            kind = ACTION
        words = plain(text)
        if channel and words:
            self._tell(channel, line, words, kind, line.tags.get("msgid"))

    def on_joined(self, line: Line, room: Room, text: str = "") -> None:
        self._tell(self._subject_of(room), line, text, JOINED)

    def on_left(self, line: Line, room: Room, text: str) -> None:
        self._tell(self._subject_of(room), line, plain(text), LEFT)

    def on_kicked(self, line: Line, room: Room, nick: str) -> None:
        because = plain(f"kicked by {line.nick}: {line.param(2)}")
        heard = Heard(self._subject_of(room), _shown(nick), because, self._moment_of(line), LEFT)
        self._hear(heard)

    def on_renamed(self, line: Line, room: Room, name: str) -> None:
        """For whoever looks for one of the two names."""
        self._tell(self._subject_of(room), line, f"is now {_shown(name)}", LEFT)
        now = Line(line.command, line.params, name, f"{name}!{line.mask.partition('!')[2]}", line.tags)
        self._tell(self._subject_of(room), now, f"was {_shown(line.nick)}", JOINED)

    def on_topic(self, line: Line, room: Room) -> None:
        self._tell(self._subject_of(room), line, plain(line.param(1)), TOPIC)

    def on_topic_from_before(self, line: Line, room: Room) -> None:
        """The topic that was there when we came (333, after 332): who has set it, and when."""
        channel, seconds = self._subject_of(room), line.param(3)
        if room.topic and seconds.isascii() and seconds.isdigit() and len(seconds) <= len("9999999999"):
            at = datetime.fromtimestamp(int(seconds), UTC)
            author = line.param(2).partition("!")[0]
            if author and EARLIEST < at < self._clock.now():
                # Its id is what keeps it the same whenever we come.
                heard = Heard(channel, _shown(author), room.topic, at, TOPIC, Speaker(), f"topic.{channel}.{seconds}")
                self._hear(heard)

    def _tell(self, channel: str, line: Line, text: str, kind: str | None, id: str | None = None) -> None:
        """With the server's id only what is said: who goes, or has another name now, is told of in several places."""
        speaker = Speaker(account=_account_of(line), host=_shown(line.mask) or None, bot=_is_bot(line))
        self._hear(Heard(channel, _shown(line.nick), text, self._moment_of(line), kind, speaker, id))

    def _channel_of(self, line: Line) -> str | None:
        """As it stands in a subject; None for what is not for us, or not for all who are there."""
        target = line.param(0)
        name = self._features.channel_in(target)
        if name is None:
            return person_in_subject(self._features.casing.fold(_shown(line.nick)))
        room = self._rooms.find(name)
        return self._subject_of(room) if room is not None and room.is_in and name == target else None

    def _subject_of(self, room: Room) -> str:
        return in_subject(self._features.casing.fold(room.name))

    def _moment_of(self, line: Line) -> datetime:
        now = self._clock.now()
        try:
            said = datetime.fromisoformat(line.tags.get("time", ""))
        except ValueError:
            return now
        if said.tzinfo is None or not EARLIEST < said < now + AHEAD_MAX:
            return now
        return said.astimezone(UTC)


def _shown(name: str) -> str:
    """A name, without what a hostile server may have put into it."""
    return "".join(each for each in name if each.isprintable())


def _account_of(line: Line) -> str | None:
    account = _shown(line.tags.get("account", ""))
    return account if account not in ("", "*") else None


def _is_bot(line: Line) -> bool:
    return any(tag in line.tags for tag in BOT_TAGS)
