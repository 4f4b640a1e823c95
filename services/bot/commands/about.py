"""`about`: what this bot is, for how long it has been up, and where to read on."""

from collections.abc import Sequence

from services.bot.command import Call, Command
from services.bot.wording import span_in_words


async def _about(call: Call) -> Sequence[str]:
    desk = call.desk
    up = span_in_words(call.at - desk.started_at)
    prefix = "" if call.place.is_private else desk.prefix
    return [
        f"I am Postil {desk.version}, the memory of this bus: every line here is kept, annotated, and found again.",
        f"Up for {up}. Say {prefix}help for what I can do; docs/BOT.md, which came with me, tells the rest.",
    ]


commands = (Command("about", "what this bot is, and for how long it has been up", _about),)
