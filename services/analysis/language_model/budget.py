"""What a tenant may spend on a language model in a day and in a month: reserved before a question, settled after it.

Each month of a tenant is one document of the house, with an account for each of its days; so a day and its month are
reserved together or not at all. It is only ever written on top of the version that was read, which holds among any
number of processes. Whoever dies with a reservation leaves it standing: then too little is spent, never too much.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import structlog
from pydantic import Field, ValidationError

from shared.clock import Clock
from shared.contracts.annotations import Cost
from shared.contracts.documents import Document, Draft
from shared.contracts.house import HOUSE_PREFIX
from shared.contracts.message import Asked
from shared.contracts.saving import Saved
from shared.errors import Conflict, Internal, Unavailable
from shared.settings import LanguageModelSettings

log = structlog.get_logger()

COLLECTION = f"{HOUSE_PREFIX}budget"
WARN_SHARE = 0.8
# Of those who write at the same time one always gets through, so this is how many of them there may be.
TRIES_MAX = 64
_MARK_BYTES = 8
_WARNED_MAX = 10_000


class BudgetSpent(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Ledger(Protocol):
    """Where the accounts are kept. `put` raises `Conflict`; whoever is away raises `Unavailable`."""

    async def get(self, tenant: str, id: str) -> Document | None: ...

    async def put(self, tenant: str, draft: Draft) -> Saved: ...


class Account(Asked):
    spent_micro_usd: int = Field(default=0, ge=0)
    spent_tokens: int = Field(default=0, ge=0)
    reserved_micro_usd: int = Field(default=0, ge=0)
    reserved_tokens: int = Field(default=0, ge=0)

    @property
    def micro_usd(self) -> int:
        return self.spent_micro_usd + self.reserved_micro_usd

    @property
    def tokens(self) -> int:
        return self.spent_tokens + self.reserved_tokens


class Accounts(Asked):
    """A month, by day of the month."""

    days: dict[str, Account] = Field(default_factory=dict)
    # Every writing is told from every other by it: the store takes the same content, twice, for the same writing.
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Reservation:
    tenant: str
    day: date
    cost: Cost


class Budget:
    def __init__(
        self, settings: LanguageModelSettings, ledger: Ledger, clock: Clock, random_bytes: Callable[[int], bytes]
    ) -> None:
        self._settings = settings
        self._ledger = ledger
        self._clock = clock
        self._random_bytes = random_bytes
        # Within a process nobody has to lose a race.
        self._one_at_a_time = asyncio.Lock()
        self._warned: set[tuple[str, str, date]] = set()

    @property
    def nearly_spent(self) -> int:
        """Budgets of which most has been used today."""
        today = self._clock.now().date()
        return sum(day == today for _, _, day in self._warned)

    async def reserve(self, tenant: str, worst: Cost) -> Reservation:
        """Raises `BudgetSpent`, or `PostilError` if the accounts can't be kept just now."""
        day = self._clock.now().date()

        def reserved(account: Account, accounts: Accounts) -> Account:
            changed = _changed(account, reserved_micro_usd=worst.micro_usd, reserved_tokens=_tokens(worst))
            self._check(_with(accounts, day, changed), day)
            return changed

        accounts = await self._write(tenant, day, reserved)
        self._warn(tenant, day, accounts)
        return Reservation(tenant, day, worst)

    async def settle(self, reservation: Reservation, used: Cost) -> None:
        """Put what was really used in the place of what was reserved."""
        worst = reservation.cost

        def settled(account: Account, accounts: Accounts) -> Account:
            return _changed(
                account,
                spent_micro_usd=used.micro_usd,
                spent_tokens=_tokens(used),
                reserved_micro_usd=-worst.micro_usd,
                reserved_tokens=-_tokens(worst),
            )

        await self._write(reservation.tenant, reservation.day, settled)

    async def _write(self, tenant: str, day: date, change: Callable[[Account, Accounts], Account]) -> Accounts:
        id = f"{COLLECTION}.{day:%Y-%m}"
        async with self._one_at_a_time:
            for _ in range(TRIES_MAX):
                found = await self._ledger.get(tenant, id)
                accounts = _accounts_in(found)
                written = _with(accounts, day, change(accounts.days.get(_name(day), Account()), accounts))
                written = written.model_copy(update={"mark": self._random_bytes(_MARK_BYTES).hex()})
                version = found.version if found is not None else 0
                data = written.model_dump(mode="json")
                draft = Draft(id=id, collection=COLLECTION, data=data, if_version=version)
                with suppress(Conflict):
                    await self._ledger.put(tenant, draft)
                    return written
        raise Unavailable("too many write into the budget's accounts at once")

    def _check(self, accounts: Accounts, day: date) -> None:
        for what, used, limit in self._limits(accounts, day):
            if used > limit:
                raise BudgetSpent(f"the tenant's budget of {what} is spent")

    def _warn(self, tenant: str, day: date, accounts: Accounts) -> None:
        for what, used, limit in self._limits(accounts, day):
            if used < WARN_SHARE * limit or used == 0 or (tenant, what, day) in self._warned:
                continue
            if len(self._warned) >= _WARNED_MAX:
                self._warned = {warned for warned in self._warned if warned[2] == day}
            self._warned.add((tenant, what, day))
            log.warning("budget_nearly_spent", tenant=tenant, budget=what, used=used, limit=limit)

    def _limits(self, accounts: Accounts, day: date) -> list[tuple[str, int, int]]:
        today, month = accounts.days.get(_name(day), Account()), accounts.days.values()
        settings = self._settings
        return [
            ("money for a day", today.micro_usd, settings.day_micro_usd_max),
            ("money for a month", sum(each.micro_usd for each in month), settings.month_micro_usd_max),
            ("tokens for a day", today.tokens, settings.day_tokens_max),
            ("tokens for a month", sum(each.tokens for each in month), settings.month_tokens_max),
        ]


def _accounts_in(found: Document | None) -> Accounts:
    """Nothing is spent on accounts that can't be read: nobody knows what is left."""
    if found is None:
        return Accounts()
    if found.collection != COLLECTION:
        raise Internal(f"the document {found.id!r} is not the budget's")
    try:
        return Accounts.model_validate(found.data)
    except ValidationError as error:
        raise Internal(f"the budget's accounts in {found.id!r} can't be read") from error


def _with(accounts: Accounts, day: date, account: Account) -> Accounts:
    days: Mapping[str, Account] = {**accounts.days, _name(day): account}
    return accounts.model_copy(update={"days": days})


def _changed(account: Account, **by: int) -> Account:
    """Never below nothing: whoever deleted the accounts has deleted what was reserved in them as well."""
    return account.model_copy(update={name: max(0, getattr(account, name) + more) for name, more in by.items()})


def _name(day: date) -> str:
    return f"{day:%d}"


def _tokens(cost: Cost) -> int:
    return cost.tokens_in + cost.tokens_out
