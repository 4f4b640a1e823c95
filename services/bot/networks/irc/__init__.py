"""IRC: one network of it is one object, and several may be at work at once.

names, lines, markup, features   what stands on the wire, and what it means
session                          the conversation, without a connection; its parts are login, nicks, rooms, hearing,
                                 sayings and outgoing
visit, connection, network       one stay on a network, and coming back after it
"""

import re
from random import Random

from services.bot.networks.irc.names import is_channel, is_nick
from services.bot.networks.irc.network import IrcNetwork
from services.bot.networks.network import Network
from shared.clock import Clock
from shared.contracts.chat import CONSOLE
from shared.errors import Invalid
from shared.settings import IrcSettings

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def irc_network(name: str, settings: IrcSettings, clock: Clock, chance: Random) -> Network:
    """Raises `Invalid` for settings that can't be meant."""
    if not _NAME.fullmatch(name):
        raise Invalid(f"{name!r} can't be the name of a network: it takes letters, digits, '-' and '_'")
    if name.lower() == CONSOLE:
        raise Invalid(f"{name!r} is the network of `postil chat`, where everybody is an owner")
    if not is_nick(settings.nick):
        raise Invalid(f"{settings.nick!r} can't be a name on IRC")
    for channel in settings.channels:
        words = channel.split()
        if not 1 <= len(words) <= 2 or not is_channel(words[0]) or "," in channel:
            # Without what may be its key.
            raise Invalid(f"{(words or [''])[0]!r} is no channel: write `#python`, or `#secret key`")
    return IrcNetwork(name, settings, clock, chance)
