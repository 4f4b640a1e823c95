"""A tenant's budget: never more than it, among any number of processes, over the real doors of the house."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from services.analysis.language_model.budget import COLLECTION, Account, Accounts, Budget, BudgetSpent, Ledger
from shared.bus.bus import Bus
from shared.bus.memory import Faults
from shared.contracts.annotations import Cost
from shared.contracts.documents import Draft, GetDocument
from shared.contracts.saving import PutDocuments, Saved
from shared.errors import Conflict, Internal, Invalid, PostilError, TimedOut, Unavailable
from shared.settings import LanguageModelSettings
from shared.shelf import Shelf
from tests.services.analysis.language_model.shelf import ShelfForTests
from tests.simulation.house import House
from tests.simulation.loop import Simulation, run_simulated

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ID = f"{COLLECTION}.2026-11"
HUNDRED = Cost(tokens_in=80, tokens_out=20, micro_usd=10)
NOTHING = Cost()


class ClockForTests:
    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> datetime:
        return self.moment


class Chance:
    def __init__(self) -> None:
        self._count = 0

    def __call__(self, count: int) -> bytes:
        self._count += 1
        return self._count.to_bytes(count)


CHANCE = Chance()


def budget(shelf: Ledger, clock: ClockForTests | None = None, **settings: int) -> Budget:
    return Budget(LanguageModelSettings.model_validate(settings), shelf, clock or ClockForTests(), CHANCE)


def accounts(shelf: ShelfForTests, tenant: str = "main", id: str = ID) -> dict[str, Account]:
    return Accounts.model_validate(shelf.documents[tenant, id].data).days


def in_the_house(story: Callable[[Bus], Awaitable[None]]) -> None:
    async def told(simulation: Simulation) -> None:
        house = House(simulation, Faults(), death_rate=0.0)

        async def quiet() -> None:
            await house.everybody_is_back()
            await story(Bus(house.wire("analysis")))

        await house.while_living(quiet)

    run_simulated(told, 1)


async def reserved(budgets: list[Budget]) -> int:
    """How many of them got what they wanted."""
    results = await asyncio.gather(*[each.reserve("main", HUNDRED) for each in budgets], return_exceptions=True)
    assert all(isinstance(each, BudgetSpent) or not isinstance(each, BaseException) for each in results)
    return sum(not isinstance(each, BudgetSpent) for each in results)


def test_fifty_processes_at_once_never_reserve_more_than_there_is() -> None:
    async def story(bus: Bus) -> None:
        budgets = [budget(Shelf(bus), day_tokens_max=2_050) for _ in range(50)]
        assert await reserved(budgets) == 20
        [account] = Accounts.model_validate((await bus.ask("main", GetDocument(id=ID))).data).days.values()
        assert account == Account(reserved_tokens=2_000, reserved_micro_usd=200)

    in_the_house(story)


def test_fifty_questions_of_one_process_do_neither() -> None:
    async def story(bus: Bus) -> None:
        assert await reserved([budget(Shelf(bus), day_micro_usd_max=70)] * 50) == 7

    in_the_house(story)


def test_what_was_really_used_takes_the_place_of_what_was_reserved() -> None:
    async def story(bus: Bus) -> None:
        first, second = (budget(Shelf(bus), day_tokens_max=150) for _ in range(2))
        reservation = await first.reserve("main", HUNDRED)
        with pytest.raises(BudgetSpent):
            await second.reserve("main", HUNDRED)
        await first.settle(reservation, Cost(tokens_in=40, tokens_out=10, micro_usd=5))
        await second.reserve("main", HUNDRED)
        [account] = Accounts.model_validate((await bus.ask("main", GetDocument(id=ID))).data).days.values()
        assert account == Account(spent_tokens=50, spent_micro_usd=5, reserved_tokens=100, reserved_micro_usd=10)

    in_the_house(story)


def test_accounts_that_are_somebody_elses_document_let_nothing_be_spent() -> None:
    async def story(bus: Bus) -> None:
        await bus.ask("main", PutDocuments(documents=(Draft(id=ID, collection="postil.notes", text="mine"),)))
        with pytest.raises(Internal, match="not the budget's"):
            await budget(Shelf(bus)).reserve("main", HUNDRED)

    in_the_house(story)


@pytest.mark.parametrize(
    ("limit", "what"),
    [
        ("day_tokens_max", "tokens for a day"),
        ("month_tokens_max", "tokens for a month"),
        ("day_micro_usd_max", "money for a day"),
        ("month_micro_usd_max", "money for a month"),
    ],
)
async def test_each_limit_holds_and_says_its_name(limit: str, what: str) -> None:
    shelf = ShelfForTests()
    with pytest.raises(BudgetSpent, match=f"the tenant's budget of {what} is spent"):
        await budget(shelf, ClockForTests(), **{limit: 9}).reserve("main", HUNDRED)
    # Neither the day nor the month has anything of it.
    assert not shelf.documents


async def test_a_day_begins_with_nothing_spent_and_a_month_goes_on() -> None:
    shelf, clock = ShelfForTests(), ClockForTests()
    one = budget(shelf, clock, day_tokens_max=100, month_tokens_max=250)
    for _ in range(2):
        await one.reserve("main", HUNDRED)
        with pytest.raises(BudgetSpent, match="day"):
            await one.reserve("main", HUNDRED)
        clock.moment += timedelta(days=1)
    with pytest.raises(BudgetSpent, match="month"):
        await one.reserve("main", HUNDRED)
    clock.moment += timedelta(days=30)
    await one.reserve("main", HUNDRED)
    assert set(accounts(shelf)) == {"20", "21"}
    assert set(accounts(shelf, id=f"{COLLECTION}.2026-12")) == {"22"}


async def test_what_was_reserved_yesterday_is_settled_there() -> None:
    shelf, clock = ShelfForTests(), ClockForTests()
    one = budget(shelf, clock)
    reservation = await one.reserve("main", HUNDRED)
    clock.moment += timedelta(days=20)
    await one.settle(reservation, HUNDRED)
    assert accounts(shelf) == {"20": Account(spent_tokens=100, spent_micro_usd=10)}


async def test_one_tenant_spends_nothing_of_anothers() -> None:
    shelf = ShelfForTests()
    one = budget(shelf, day_tokens_max=100)
    await one.reserve("main", HUNDRED)
    await one.reserve("other", HUNDRED)
    assert {tenant for tenant, _ in shelf.documents} == {"main", "other"}


async def test_the_reservation_of_somebody_who_died_stays() -> None:
    shelf = ShelfForTests()
    await budget(shelf, day_tokens_max=150).reserve("main", HUNDRED)
    with pytest.raises(BudgetSpent):
        await budget(shelf, day_tokens_max=150).reserve("main", HUNDRED)


async def test_a_lost_reply_leaves_a_reservation_that_stays() -> None:
    shelf = ShelfForTests()
    shelf.is_mute = True
    with pytest.raises(TimedOut):
        await budget(shelf).reserve("main", HUNDRED)
    assert accounts(shelf) == {"20": Account(reserved_tokens=100, reserved_micro_usd=10)}


@pytest.mark.parametrize(
    ("refusal", "raised"), [(Conflict("another was first"), Unavailable), (Invalid("it is not liked"), Invalid)]
)
async def test_a_put_that_is_refused_ends_some_time(refusal: PostilError, raised: type[PostilError]) -> None:
    class Refusing(ShelfForTests):
        async def put(self, tenant: str, draft: Draft) -> Saved:
            raise refusal

    with pytest.raises(raised):
        await budget(Refusing()).reserve("main", HUNDRED)


async def test_accounts_that_were_deleted_never_fall_below_nothing() -> None:
    shelf = ShelfForTests()
    one = budget(shelf)
    reservation = await one.reserve("main", HUNDRED)
    shelf.documents.clear()
    await one.settle(reservation, HUNDRED)
    assert accounts(shelf) == {"20": Account(spent_tokens=100, spent_micro_usd=10)}


@pytest.mark.parametrize("data", [None, [], {"days": {"20": {"spent_tokens": -5}}}, {"days": 1}, {"other": 1}])
async def test_accounts_that_can_not_be_read_let_nothing_be_spent(data: object) -> None:
    shelf = ShelfForTests()
    await shelf.put("main", Draft.model_validate({"id": ID, "collection": COLLECTION, "data": data, "if_version": 0}))
    with pytest.raises(Internal, match="can't be read"):
        await budget(shelf).reserve("main", HUNDRED)


async def test_a_store_that_is_away_is_told() -> None:
    shelf = ShelfForTests()
    shelf.is_away = True
    with pytest.raises(Unavailable):
        await budget(shelf).reserve("main", HUNDRED)


async def test_it_warns_once_a_day_when_most_is_spent() -> None:
    shelf, clock = ShelfForTests(), ClockForTests()
    one = budget(shelf, clock, day_tokens_max=1_000, month_tokens_max=1_000_000)
    with capture_logs() as logs:
        for _ in range(7):
            await one.reserve("main", HUNDRED)
        assert (logs, one.nearly_spent) == ([], 0)
        for _ in range(3):
            await one.reserve("main", HUNDRED)
        assert one.nearly_spent == 1
    [warning] = logs
    expected = {"event": "budget_nearly_spent", "tenant": "main", "budget": "tokens for a day", "used": 800}
    assert expected.items() <= warning.items()
    clock.moment += timedelta(days=1)
    assert one.nearly_spent == 0
