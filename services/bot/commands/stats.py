"""`stats`: what is kept of this channel."""

from collections.abc import Sequence

from services.bot.command import Call, Command
from shared.contracts.stats import GetStats


async def _stats(call: Call) -> Sequence[str]:
    stats = await call.bus.ask(call.tenant, GetStats(collection=call.collection))
    if not stats.collections:
        return [f"Nothing is kept of {call.channel} yet."]
    here = stats.collections[0]
    since = f", the last one at {here.last_at:%Y-%m-%d %H:%M} UTC" if here.last_at else ""
    return [f"{here.documents} lines are kept of {call.channel}{since}."]


command = Command(word="stats", help="how many lines are kept of this channel", answer=_stats)
