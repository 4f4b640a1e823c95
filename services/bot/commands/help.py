"""`help`: which commands there are, and how one is given."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from services.bot.arguments import Rest, usage_of
from services.bot.command import ROLES, Call, Command
from services.bot.wording import listed, short
from shared.errors import NotFound

# For whoever does not know what to ask: as far as there are these commands.
TO_TRY = ("search printer", "summary", "seen ada", "remind me 2h tea")
WORD_CHARACTERS = 40
NEAR_COUNT = 3
NEAR_MIN = 0.65


async def _help(call: Call, command: Rest | None = None) -> Sequence[str]:
    if command is None:
        return await _overview(call)
    word = " ".join(command.split()).casefold()
    # Some type it as they would give it.
    meant = _meant(call, word) or _meant(call, word.removeprefix(call.desk.prefix.casefold()))
    if not meant:
        raise NotFound(_unknown(call, word))
    if len(meant) == 1:
        return list(_explained(meant[0], _prefix(call)))
    return [_sentence(each, _prefix(call)) for each in meant]


async def _overview(call: Call) -> Sequence[str]:
    role, prefix = await call.role(), _prefix(call)
    known = {command.word for command in call.desk.commands}
    to_try = [prefix + each for each in TO_TRY if each.partition(" ")[0] in known]
    beginning = f"I keep what is said, and find it again: try {listed(to_try)}. " if to_try else ""
    lines = [f"{beginning}{prefix}help COMMAND explains one of these:"]
    # From the role with the least to the caller's own.
    for each in reversed(ROLES[ROLES.index(role) :]):
        words = [command.word for command in call.desk.commands if command.role == each]
        if words:
            whose = "" if each == "member" else f"For an {each}: " if each[0] in "aeiou" else f"For a {each}: "
            lines.append(whose + " · ".join(_gathered(words)))
    return lines


def _gathered(words: Sequence[str]) -> Iterator[str]:
    """`quote add` and `quote get` as `quote add|get`."""
    families: dict[str, list[str]] = {}
    for word in words:
        first, _, second = word.partition(" ")
        families.setdefault(first, []).extend([second] if second else [])
    for first, seconds in families.items():
        alone = first in words
        yield f"{first} {'[' * alone}{'|'.join(seconds)}{']' * alone}" if seconds else first


def _meant(call: Call, word: str) -> Sequence[Command]:
    """The command of this word, or those that begin with it."""
    exact = [each for each in call.desk.commands if each.word.casefold() == word]
    family = [each for each in call.desk.commands if each.word.casefold().startswith(f"{word} ")]
    return [*exact, *family]


def _sentence(command: Command, prefix: str) -> str:
    # A line that begins with the prefix may be another bot's command.
    return f"{command.word}: {command.help}. Usage: {usage_of(command, prefix)}"


def _explained(command: Command, prefix: str) -> Iterator[str]:
    terms = [] if command.role == "member" else [f"for the role {command.role}"]
    if command.cooldown_seconds:
        terms.append(f"once in {command.cooldown_seconds:g} s")
    if command.private:
        terms.append("answered in private")
    behind = f" ({listed(terms)})" if terms else ""
    yield _sentence(command, prefix) + behind
    if command.examples:
        yield f"As in: {' · '.join(prefix + example for example in command.examples)}"


def _unknown(call: Call, word: str) -> str:
    words = [each.word for each in call.desk.commands]
    near = get_close_matches(word[:WORD_CHARACTERS], words, NEAR_COUNT, NEAR_MIN)
    advice = f"; there is {listed(near)}" if near else f"; {_prefix(call)}help names them all"
    return f"There is no command {short(word, WORD_CHARACTERS)}{advice}."


def _prefix(call: Call) -> str:
    return "" if call.place.is_private else call.desk.prefix


commands = (Command("help", "which commands there are, and how one is given", _help, examples=("help", "help search")),)
