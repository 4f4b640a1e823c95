"""The channels that the bot is to be in: joining them, again and again where it must, and who else is there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from services.bot.networks.irc.features import Features
from services.bot.networks.irc.lines import Line
from services.bot.networks.irc.names import Casing
from services.bot.networks.irc.outgoing import Outgoing

REFUSALS = frozenset(
    {
        "403", "405", "437", "448", "470", "471", "473", "474", "475", "476", "477", "479", "480", "489", "495", "520",
    }
)  # fmt: skip
# A JOIN without any answer is asked again after this.
ANSWER_SECONDS = 60.0
REFUSED_SECONDS_MIN = 30.0
REFUSED_SECONDS_MAX = 1_800.0
KICKED_SECONDS_MIN = 10.0
KICKS_MAX = 5
# Who has been in for so long starts anew with the kicks.
KICKS_FORGOTTEN_SECONDS = 3_600.0
TOGETHER_MAX = 10
TOGETHER_BYTES_MAX = 380
MEMBERS_MAX = 20_000
STATUSES = "@+%&~!"


@dataclass(slots=True)
class Room:
    name: str
    key: str = ""
    is_in: bool = False
    # When it is asked for next; never, if there is none.
    due: float | None = 0.0
    refusals: int = 0
    kicks: int = 0
    joined_at: float = 0.0
    asked_at: float = 0.0
    # Their names, by what they are in the server's eyes.
    members: dict[str, str] = field(default_factory=dict)
    topic: str = ""


class Rooms:
    def __init__(self, wanted: Sequence[str], features: Features, out: Outgoing) -> None:
        self._features = features
        self._out = out
        self._rooms = [Room(name, key) for name, key in map(_name_and_key, wanted)]
        self._casing: Casing | None = None
        self._by_folded: dict[str, Room] = {}

    @property
    def joined(self) -> list[str]:
        return [room.name for room in self._rooms if room.is_in]

    def find(self, name: str) -> Room | None:
        casing = self._features.casing
        if casing != self._casing:
            self._casing = casing
            self._by_folded = {casing.fold(room.name): room for room in self._rooms}
        return self._by_folded.get(casing.fold(name))

    def with_member(self, nick: str) -> list[Room]:
        folded = self._features.casing.fold(nick)
        return [room for room in self._rooms if folded in room.members]

    def join_due(self, now: float) -> None:
        due = [room for room in self._rooms if not room.is_in and room.due is not None and room.due <= now]
        for room in due:
            room.asked_at, room.due = now, now + ANSWER_SECONDS
        # Keys belong to the first channels of a line, in their order.
        for together in _in_groups(sorted(due, key=lambda room: not room.key)):
            keys = ",".join(room.key for room in together if room.key)
            self._out.send_in_turn("JOIN", ",".join(room.name for room in together), *([keys] if keys else []))

    def on_joined(self, name: str, now: float) -> None:
        room = self.find(name)
        if room is None:
            # A server may put us where nobody wanted us to be.
            self._out.send_in_turn("PART", name)
        else:
            room.is_in, room.due, room.refusals, room.joined_at = True, None, 0, now
            room.members = {}

    def on_refused(self, line: Line, now: float) -> None:
        room = self.find(line.param(1))
        if room is not None and not room.is_in:
            pause = min(REFUSED_SECONDS_MIN * 2.0 ** min(room.refusals, 16), REFUSED_SECONDS_MAX)
            room.refusals += 1
            room.due = now + pause

    def on_left(self, room: Room, now: float) -> None:
        """Not that we wanted to; somebody has made us."""
        room.is_in, room.members = False, {}
        room.due = now + REFUSED_SECONDS_MIN

    def on_kicked(self, room: Room, now: float) -> None:
        if now - room.joined_at > KICKS_FORGOTTEN_SECONDS:
            room.kicks = 0
        room.is_in, room.members = False, {}
        room.kicks += 1
        # After that we have understood; an invitation, or the next connection, begins anew.
        room.due = now + KICKED_SECONDS_MIN * 2.0 ** (room.kicks - 1) if room.kicks <= KICKS_MAX else None

    def on_invited(self, name: str, now: float) -> None:
        room = self.find(name)
        if room is not None and not room.is_in:
            room.kicks = 0
            # Whoever invites us all the time is no reason to ask all the time.
            room.due = max(now, room.asked_at + KICKED_SECONDS_MIN)

    def on_names(self, line: Line) -> None:
        room = self.find(line.param(2))
        if room is not None and room.is_in:
            for name in line.param(3).split():
                self.add(room, name.lstrip(STATUSES))

    def add(self, room: Room, nick: str) -> None:
        if nick and len(room.members) < MEMBERS_MAX:
            room.members[self._features.casing.fold(nick)] = nick

    def remove(self, room: Room, nick: str) -> None:
        room.members.pop(self._features.casing.fold(nick), None)


def _name_and_key(wanted: str) -> tuple[str, str]:
    name, _, key = " ".join(wanted.split()).partition(" ")
    return name, key


def _in_groups(rooms: Sequence[Room]) -> Iterator[list[Room]]:
    group: list[Room] = []
    bytes_in_it = 0
    for room in rooms:
        bytes_more = len(room.name.encode()) + len(room.key.encode()) + 2
        if group and (len(group) == TOGETHER_MAX or bytes_in_it + bytes_more > TOGETHER_BYTES_MAX):
            yield group
            group, bytes_in_it = [], 0
        group.append(room)
        bytes_in_it += bytes_more
    if group:
        yield group
