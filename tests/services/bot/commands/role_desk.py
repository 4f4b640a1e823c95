"""A desk whose roles are real ones."""

from services.bot.command import Person, Place
from services.bot.rehearsal import RehearsalDesk
from shared.settings import Role
from tests.services.bot.asked_roles import Told


class RoleDesk(RehearsalDesk):
    def __init__(self, told: Told) -> None:
        super().__init__()
        self._told = told

    async def role_of(self, tenant: str, place: Place, who: Person) -> Role:
        return await self._told.roles.role_of(tenant, place, who)

    async def grant(self, tenant: str, place: Place, name: str, role: Role | None, by: Person) -> Role:
        return await self._told.roles.grant(tenant, place, name, role, by)
