"""`say`: the bot says a line, here or in another channel."""

from pydantic import ValidationError

from services.bot.arguments import Rest
from services.bot.command import ROLES, Answer, Call, Command, Place
from services.bot.wording import short
from shared.contracts.stats import GetStats
from shared.errors import Invalid, NotFound

CHANNEL_CHARACTERS = 80
REFUSED = "Only an owner may say something in other people's private conversations."


async def _say(call: Call, text: Rest) -> Answer:
    """A line whose first word has a dot inside is for another channel: `irc.office hello`."""
    first, _, rest = text.partition(" ")
    network, _, channel = first.partition(".")
    if not (network and channel and rest.strip()):
        place, said = call.place, text
    else:
        place, said = Place(network, channel), rest.strip()
        await _check(call, place)
    await call.desk.say(call.tenant, place, said)
    name = f"{place.network}.{place.channel}"
    lines = () if place == call.place else (f"To {short(name, CHANNEL_CHARACTERS)}: it is on its way.",)
    return Answer(lines, after={"place": name, "text": said})


async def _check(call: Call, place: Place) -> None:
    """Whether this person may speak there, and whether there is such a place."""
    if place == call.place:
        return
    # A name is vouched for by its own network only: on another one it may be anybody's.
    is_known_there = place.network == call.place.network
    role = await call.desk.role_of(call.tenant, place if is_known_there else call.place, call.who)
    is_of_others = place.is_private and place != call.private_place
    needed = "moderator" if is_known_there and not is_of_others else "owner"
    name = short(f"{place.network}.{place.channel}", CHANNEL_CHARACTERS)
    if ROLES.index(role) > ROLES.index(needed):
        raise Invalid(
            REFUSED if place.is_private else f"{name} is another channel: to speak there takes the role {needed}."
        )
    try:
        known = (await call.ask(GetStats(collection=place.collection))).collections
    except ValidationError as error:
        raise Invalid(f"{name} can't be a channel.") from error
    if not known:
        raise NotFound(f"Nothing was ever heard in {name}.")


commands = (
    Command(
        "say",
        "say a line, here or in another channel",
        _say,
        role="moderator",
        changes=True,
        examples=("say hello", "say irc.office hello"),
    ),
)
