"""What a session wants to be sent: some lines at once, the others in their turn, as the network can bear it."""

from collections import deque
from collections.abc import Sequence

from services.bot.networks.irc.lines import write_line

WAITING_COUNT_MAX = 200


class Outgoing:
    def __init__(self) -> None:
        self._at_once: list[str] = []
        self._in_turn: deque[str] = deque()

    def send(self, command: str, *params: str) -> None:
        self._at_once.append(write_line(command, *params))

    def send_in_turn(self, command: str, *params: str) -> None:
        # Whoever makes us say more than this gets no answer; what we need ourselves is asked for again.
        if len(self._in_turn) < WAITING_COUNT_MAX:
            self._in_turn.append(write_line(command, *params))

    def take_at_once(self) -> Sequence[str]:
        lines, self._at_once = self._at_once, []
        return lines

    def take_one_in_turn(self) -> str | None:
        return self._in_turn.popleft() if self._in_turn else None

    @property
    def has_in_turn(self) -> bool:
        return bool(self._in_turn)
