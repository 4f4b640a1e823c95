"""Roles before a real store, and some people who have them."""

from collections.abc import Awaitable, Callable, Sequence

import pytest

from services.bot.command import Person, Place
from services.bot.trust.grants import ROLES_COLLECTION
from services.bot.trust.roles import Roles
from shared.contracts.documents import Draft
from shared.contracts.saving import PutDocuments
from shared.errors import PostilError
from shared.settings import BotSettings, Grant, Role
from shared.shelf import Shelf
from tests.services.bot.shelves import Asked
from tests.simulation.loop import Simulation, run_simulated

HERE = Place("irc", "python")
NETWORK = Place("irc", "*")
EVERYWHERE = Place("*", "*")
OLGA = Person("olga", account="olga")
MO = Person("mo", account="mo")
ADA = Person("ada", account="ada.l", host="ada!a@host.example")
STAFF = (Grant(who="account:olga", role="owner"), Grant(who="account:mo", role="moderator", network="irc"))


class Told:
    """Roles before a real store."""

    def __init__(self, simulation: Simulation, grants: Sequence[Grant]) -> None:
        self.simulation = simulation
        self.asked = Asked(simulation.clock)
        self.settings = BotSettings(roles=tuple(grants))
        self.roles = self.another()

    def another(self) -> Roles:
        return Roles(Shelf(self.asked), self.settings, self.simulation.clock)

    async def of(self, who: Person = ADA, place: Place = HERE) -> Role:
        return await self.roles.role_of("main", place, who)

    async def give(self, who: str, role: Role | None, by: Person = OLGA, place: Place = HERE) -> Role:
        return await self.roles.grant("main", place, who, role, by)

    async def refused(self, who: str, role: Role | None, by: Person, place: Place = HERE) -> str:
        with pytest.raises(PostilError) as caught:
            await self.give(who, role, by, place)
        return caught.value.detail

    async def put(self, id: str, data: object) -> None:
        draft = Draft.model_validate({"id": id, "collection": ROLES_COLLECTION, "text": "x", "data": data})
        await self.asked.ask("main", PutDocuments(documents=(draft,)))


def told(story: Callable[[Told], Awaitable[None]], grants: Sequence[Grant] = STAFF, seed: int = 1) -> None:
    run_simulated(lambda simulation: _tell(simulation, story, grants), seed)


async def _tell(simulation: Simulation, story: Callable[[Told], Awaitable[None]], grants: Sequence[Grant]) -> None:
    await story(Told(simulation, grants))
