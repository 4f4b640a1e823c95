"""The kinds of line to a broker that the messaging scenarios compare, and how a player of each is started.

Every kind is played in the same roles (echo, asker, publisher, listener), by processes of the same structure.
"""

from collections.abc import Mapping
from types import MappingProxyType

from benchmarks.players import raw
from benchmarks.playing import Command
from benchmarks.stage import Stage

# What each is called in the figures.
KINDS: Mapping[str, str] = MappingProxyType(
    {"bus": "bus", "plain": "nats-py", "plain-uvloop": "nats-py on uvloop", "raw": "raw socket"}
)


def player(role: str, kind: str, *words: object) -> Command:
    program = raw.compiled() if kind == "raw" else None
    return (program, role, *words) if program else (f"benchmarks.players.{role}", kind, *words)


def note_raw(stage: Stage) -> None:
    """The raw figures have the same names in any case; whether they are those of the C program, the results say."""
    if raw.compiled() is None:
        stage.note_absent("raw socket in C", "there is no C compiler: the raw figures are of asyncio, above the limit")
