"""`reload`: the settings of the bot and its commands, read anew."""

from services.bot.command import Answer, Call, Command


async def _reload(call: Call) -> Answer:
    return await call.desk.reload()


commands = (
    Command(
        "reload",
        "read the settings of the bot and its commands anew",
        _reload,
        role="owner",
        changes=True,
    ),
)
