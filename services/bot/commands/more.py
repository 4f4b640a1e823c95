"""`more`: what was left of the last long answer."""

from collections.abc import Sequence

from services.bot.command import Call, Command


async def _more(call: Call) -> Sequence[str]:
    return call.desk.rest(call) or ["There is nothing more."]


commands = (Command("more", "the rest of the last long answer", _more),)
