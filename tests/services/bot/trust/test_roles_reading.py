"""Stored roles are read seldom, and not too seldom; and what counts while nobody can read them."""

import asyncio

import pytest

from services.bot.command import ROLES
from services.bot.trust.grants import ROLES_COLLECTION
from services.bot.trust.roles import FRESH, REST
from shared.contracts.documents import ListDocuments
from shared.errors import Conflict, Unavailable
from shared.settings import BotSettings, Grant
from tests.services.bot.asked_roles import ADA, HERE, MO, OLGA, Told, told
from tests.services.bot.shelves import let_pass


def test_roles_are_read_once_by_many_and_again_in_time_or_when_told() -> None:
    async def story(roles: Told) -> None:
        assert set(await asyncio.gather(*(roles.of() for _ in range(100)))) == {"member"}
        assert roles.asked.questions == ["list"]
        other = roles.another()
        await other.grant("main", HERE, "ada", "moderator", OLGA)
        assert await roles.of() == "member"
        roles.roles.forget("main")
        assert await roles.of() == "moderator"
        await other.grant("main", HERE, "ada", None, OLGA)
        roles.asked.questions.clear()
        await let_pass(roles.simulation, FRESH.total_seconds() - 1)
        assert (await roles.of(), roles.asked.questions) == ("moderator", [])
        await let_pass(roles.simulation, 1)
        # Nobody waits for what is only to be on the safe side.
        assert (await roles.of(), roles.asked.questions) == ("moderator", [])
        await let_pass(roles.simulation, 0.1)
        assert (await roles.of(), roles.asked.questions) == ("member", ["list"])

    told(story)


def test_a_read_that_was_under_way_during_a_change_is_made_again() -> None:
    async def story(roles: Told) -> None:
        reading = asyncio.create_task(roles.of())
        await asyncio.wait([reading], timeout=0)
        roles.roles.forget("main")
        await reading
        assert roles.asked.questions == ["list", "list"]
        assert await roles.of() == "member"
        assert roles.asked.questions == ["list", "list"]

    told(story)


def test_whoever_gives_up_waiting_leaves_the_others_their_answer() -> None:
    async def story(roles: Told) -> None:
        first, second = (asyncio.create_task(roles.of()) for _ in range(2))
        await asyncio.wait([first, second], timeout=0)
        first.cancel()
        assert await second == "member"
        assert roles.asked.questions == ["list"]

    told(story)


def test_without_a_database_what_was_known_counts_and_else_the_settings_alone() -> None:
    async def story(roles: Told) -> None:
        await roles.give("ada", "moderator")
        assert await roles.of() == "moderator"
        roles.asked.fail(ListDocuments)
        roles.roles.forget("main")
        fresh = roles.another()
        roles.asked.questions.clear()
        assert [await roles.of(), await roles.of(), await roles.of(OLGA)] == ["moderator", "moderator", "owner"]
        assert roles.asked.questions == ["list"]
        assert await fresh.role_of("main", HERE, ADA) == "member"
        assert await fresh.role_of("main", HERE, OLGA) == "owner"
        with pytest.raises(Unavailable):
            await roles.give("bob", "ignored")
        roles.asked.well()
        await let_pass(roles.simulation, REST.total_seconds())
        assert await fresh.role_of("main", HERE, ADA) == "moderator"

    told(story)


def test_new_settings_count_at_once_and_what_is_stored_is_not_forgotten() -> None:
    async def story(roles: Told) -> None:
        await roles.give("ada", "ignored")
        assert await roles.of() == "ignored"
        roles.asked.fail(ListDocuments)
        roles.roles.use(BotSettings(roles=(Grant(who="mo", role="owner"),)))
        assert [await roles.of(), await roles.of(MO), await roles.of(OLGA)] == ["ignored", "owner", "member"]

    told(story)


def test_of_what_strangers_have_put_there_so_much_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.bot.trust.roles.READ_COUNT_MAX", 60)

    async def story(roles: Told) -> None:
        await roles.give("ada", "moderator")
        for number in range(200):
            await roles.put(f"x{number}", None)
        roles.asked.questions.clear()
        assert await roles.another().role_of("main", HERE, ADA) == "moderator"
        assert roles.asked.questions == ["list", "list"]

    told(story)


def test_two_who_change_the_same_role_at_once_are_told() -> None:
    async def story(roles: Told) -> None:
        outcomes = await asyncio.gather(
            *(roles.another().grant("main", HERE, "ada", role, OLGA) for role in ROLES), return_exceptions=True
        )
        refused = [each for each in outcomes if isinstance(each, Conflict)]
        assert all("just changed the role of ada" in each.detail for each in refused)
        assert len(refused) + sum(isinstance(each, str) for each in outcomes) == len(ROLES)
        [document] = await roles.asked.documents(ROLES_COLLECTION)
        assert document.version == len(ROLES) - len(refused)

    told(story)
