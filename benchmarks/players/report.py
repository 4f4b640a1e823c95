"""What a player says after a turn of asking, publishing or listening. `raw.c` says the same."""

from collections.abc import Sequence

from shared.contracts.message import Contract


class Report(Contract):
    # Answers that were right, rounds that were told to be heard, or events that were heard.
    done: int
    seconds: float = 0.0
    # How long each took, where that was measured.
    microseconds: Sequence[float] = ()
