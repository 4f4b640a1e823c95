"""Which commands there are: ours, those of installed packages, and those of the files in the operator's folder.

What can't be taken is refused by name, and the other commands do their work.
"""

import re
import stat
from collections.abc import Iterator, Sequence
from math import inf
from pathlib import Path

import structlog

from services.bot import commands
from services.bot.arguments import check_signature
from services.bot.command import ROLES, Command
from shared.catalogue import Offer, Refused, offers_from, offers_in, offers_of, parts_of

log = structlog.get_logger()

ENTRY_POINTS = "postil.commands"
# What a file calls its commands.
OFFERED_AS = "commands"

_WORD = "[a-z0-9][a-z0-9-]{0,31}"
_ONE_OR_TWO = re.compile(f"{_WORD}(?: {_WORD})?")
# ASCII alone, so that no other script's letters pass for ours.
_TYPED = re.compile(rf"({_WORD})(?:\s++({_WORD}))?(?!\S)", re.ASCII | re.IGNORECASE)


class Catalogue:
    """Commands in the order of their words."""

    def __init__(self, commands: Sequence[Command]) -> None:
        self.commands = tuple(sorted(commands, key=lambda command: command.word))
        self._by_word = {command.word: command for command in self.commands}

    def find(self, typed: str) -> tuple[Command, str] | None:
        """The command that a line begins with, once its prefix is off, and what stands behind the command's words."""
        typed = typed.strip()
        found = _TYPED.match(typed)
        if found is None:
            return None
        first, second = found.groups()
        if second and (command := self._by_word.get(f"{first} {second}".lower())):
            return command, typed[found.end() :].lstrip()
        if command := self._by_word.get(first.lower()):
            return command, typed[found.end(1) :].lstrip()
        return None


def log_refusal(where: str, because: str) -> None:
    log.error("command_refused", where=where, because=because)


def load_catalogue(folder: Path, disabled: Sequence[str], refused: Refused = log_refusal) -> Catalogue:
    """The folder's files are read anew each time; what else there is, Python loads once."""
    found: dict[str, Command] = {}
    for offer, offered in parts_of(_offers(folder, refused), _commands_of, refused):
        for command in offered:
            if command.word in found:
                refused(offer.where, f"there is a command {command.word!r} already")
            else:
                found[command.word] = command
    for word in disabled:
        if found.pop(word, None) is None:
            refused("bot.disabled", f"there is no command {word!r}")
    return Catalogue(list(found.values()))


def _offers(folder: Path, refused: Refused) -> Iterator[Offer]:
    yield from offers_in(commands, OFFERED_AS)
    yield from offers_of(ENTRY_POINTS)
    try:
        for offer in offers_from(folder, OFFERED_AS):
            # Whoever can write there could do whatever the bot may do.
            if open_to_all := [path for path in (folder, Path(offer.where)) if _may_be_written_by_anybody(path)]:
                refused(offer.where, f"anybody on this machine may write to {open_to_all[0]}")
            else:
                yield offer
    except OSError as error:
        refused(str(folder), str(error))


def _may_be_written_by_anybody(path: Path) -> bool:
    return bool(path.stat().st_mode & stat.S_IWOTH)


def _commands_of(offered: object) -> Sequence[Command]:
    if not isinstance(offered, tuple) or not all(isinstance(each, Command) for each in offered):
        raise TypeError("it has no `commands` that is a tuple of Command")
    for command in offered:
        try:
            _check(command)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{command.word!r}: {error}") from error
    return offered


def _check(command: Command) -> None:
    if not _ONE_OR_TWO.fullmatch(command.word):
        raise ValueError("its word should be one or two of small letters, digits and hyphens")
    if not command.help.strip():
        raise ValueError("it has no help")
    if command.role not in ROLES:
        raise ValueError(f"there is no role {command.role!r}")
    if not 0 <= command.cooldown_seconds < inf:
        raise ValueError("its cooldown should be some seconds, or 0")
    check_signature(command)
