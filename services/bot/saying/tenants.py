"""Which tenants have something in the outbox: a bot that has just started serves them all, and knows none.

They stand in one document of the bot's own tenant.
"""

from collections.abc import Sequence

from pydantic import JsonValue, TypeAdapter, ValidationError

from shared.contracts.documents import Draft
from shared.contracts.message import Tenant
from shared.errors import Conflict, Unavailable
from shared.shelf import Shelf

COLLECTION = "postil.bot"
DOCUMENT = "postil.bot.tenants"
# Somebody else was faster that often in a row: then nobody is, or something is broken.
TRIES_MAX = 10
COUNT_MAX = 10_000

_TENANT: TypeAdapter[str] = TypeAdapter(Tenant)


class Tenants:
    def __init__(self, shelf: Shelf, own_tenant: str) -> None:
        self._shelf = shelf
        self._own_tenant = own_tenant
        # Those that are written down for certain.
        self._known: set[str] = set()

    async def all(self) -> Sequence[str]:
        """With our own, also if somebody has removed the list."""
        names, _ = await self._read()
        self._known.update(names)
        return [*dict.fromkeys((self._own_tenant, *names))]

    async def add(self, tenant: str) -> None:
        """Return when it is written down; raises `Unavailable`."""
        if tenant in self._known:
            return
        for _ in range(TRIES_MAX):
            names, version = await self._read()
            self._known.update(names)
            if tenant in self._known:
                return
            data: JsonValue = {"tenants": [*sorted({*names, tenant})]}
            try:
                await self._shelf.put(
                    self._own_tenant, Draft(id=DOCUMENT, collection=COLLECTION, data=data, if_version=version)
                )
            except Conflict:
                continue
            self._known.add(tenant)
            return
        raise Unavailable("the list of tenants is written by too many at a time")

    async def _read(self) -> tuple[Sequence[str], int]:
        document = await self._shelf.get(self._own_tenant, DOCUMENT)
        if document is None:
            return (), 0
        listed = document.data.get("tenants") if isinstance(document.data, dict) else None
        names = [name for name in listed if _is_tenant(name)] if isinstance(listed, list) else []
        return [str(name) for name in names[:COUNT_MAX]], document.version


def _is_tenant(name: JsonValue) -> bool:
    try:
        _TENANT.validate_python(name, strict=True)
    except ValidationError:
        return False
    return True
