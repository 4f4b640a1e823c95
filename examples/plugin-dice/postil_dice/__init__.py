"""Commands of somebody's own: dice, a coin, and an answer to any question."""

from typing import Annotated

from pydantic import Field

from postil_dice.notation import parse
from postil_dice.throwing import throw
from services.bot.arguments import Rest
from services.bot.command import Call, Command

COINS_MAX = 20
_SIDES = ("heads", "tails")
_ANSWERS = (
    "Yes.",
    "Most likely.",
    "I would count on it.",
    "It looks that way.",
    "It could go either way.",
    "Nobody can tell yet.",
    "Ask again tomorrow.",
    "I would not count on it.",
    "Hardly.",
    "No.",
)


async def _roll(call: Call, dice: Rest = "d20") -> str:
    return str(throw(parse(dice), call.chance))


async def _flip(call: Call, count: Annotated[int, Field(ge=1, le=COINS_MAX)] = 1) -> str:
    coins = [call.chance.choice(_SIDES) for _ in range(count)]
    if count == 1:
        return coins[0]
    return f"{', '.join(coins)}: {' and '.join(f'{coins.count(side)} {side}' for side in _SIDES)}"


async def _answer(call: Call, question: Rest) -> str:
    return call.chance.choice(_ANSWERS)


commands = (
    Command("roll", "roll dice", _roll, examples=("roll 2d6+3", "roll 4d6kh3", "roll adv+5")),
    Command("flip", "flip a coin, or several", _flip, examples=("flip", "flip 3")),
    Command("8ball", "an answer to any question", _answer, examples=("8ball will it rain?",)),
)
