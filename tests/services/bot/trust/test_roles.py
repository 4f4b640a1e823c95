"""Who may do what: roles are given and taken away, and nobody reaches above himself."""

import pytest

from services.bot.command import ROLES, Person, Place
from services.bot.trust.grants import ROLES_COLLECTION
from shared.errors import Conflict, Invalid, NotFound
from shared.settings import BotSettings, Role
from tests.services.bot.asked_roles import ADA, EVERYWHERE, HERE, MO, NETWORK, OLGA, Told, told


def test_in_the_beginning_only_the_console_has_owners() -> None:
    async def story(roles: Told) -> None:
        assert await roles.of(ADA, Place("console", "general")) == "owner"
        assert await roles.of(ADA) == "member"
        assert "no moderator there" in await roles.refused("ada", "owner", ADA, EVERYWHERE)

    told(story, BotSettings().roles)


def test_a_grant_is_given_found_again_and_taken_away() -> None:
    async def story(roles: Told) -> None:
        assert await roles.give("Ada", "moderator") == "member"
        assert await roles.of() == await roles.another().role_of("main", HERE, Person("ADA")) == "moderator"
        assert await roles.of(ADA, Place("irc", "rust")) == "member"
        assert await roles.another().role_of("other", HERE, ADA) == "member"
        assert await roles.give("aDA", "owner") == "moderator"
        assert await roles.of() == "owner"
        assert await roles.give("ada", None) == "owner"
        assert await roles.of() == "member"
        with pytest.raises(NotFound, match="Nobody has given ada a role"):
            await roles.give("ada", None)
        assert await roles.give("ada", "moderator") == "member"
        assert len(await roles.asked.documents(ROLES_COLLECTION)) == 1

    told(story)


@pytest.mark.parametrize("who", ["ada", "account:ada.l", "host:*@host.example", "account:ADA*"])
@pytest.mark.parametrize("place", [HERE, NETWORK, EVERYWHERE])
def test_a_grant_may_be_for_any_kind_of_name_and_any_place(who: str, place: Place) -> None:
    async def story(roles: Told) -> None:
        await roles.give(who, "moderator", place=place)
        assert await roles.of() == "moderator"
        assert await roles.of(Person("bob", account="bob", host="bob!b@other.example")) == "member"
        assert (await roles.of(ADA, Place("irc", "rust")) == "moderator") == (place != HERE)
        assert (await roles.of(ADA, Place("nats", "x")) == "moderator") == (place == EVERYWHERE)

    told(story)


def test_nobody_gives_more_than_he_has_or_changes_whoever_has_as_much() -> None:
    async def story(roles: Told) -> None:
        assert "can't make anybody an owner" in await roles.refused("ada", "owner", MO)
        assert "no moderator there" in await roles.refused("bob", "moderator", ADA)
        assert "no moderator there" in await roles.refused("bob", "ignored", MO, EVERYWHERE)
        assert "olga is an owner there" in await roles.refused("account:olga", "ignored", MO)
        await roles.give("ada", "moderator", MO)
        assert "ada is a moderator there" in await roles.refused("ada", "ignored", MO)
        assert "ada is a moderator there" in await roles.refused("ada", None, MO)
        await roles.give("ada", "owner", OLGA)
        assert "ada is an owner there" in await roles.refused("ada", "member", ADA)
        assert "no more than that" in await roles.refused("account:olga", "ignored", ADA)
        assert await roles.give("ada", "ignored", OLGA) == "owner"
        assert "decided by an owner" in await roles.refused("ada", "member", MO)
        assert await roles.of() == "ignored"

    told(story)


def test_a_moderator_ignores_members_and_no_owner_by_whatever_name() -> None:
    async def story(roles: Told) -> None:
        for who in ("ada", "host:*", "*", "account:*", "*a*"):
            await roles.give(who, "ignored", MO)
            assert await roles.of() == "ignored"
            assert await roles.of(OLGA) == "owner"
            assert await roles.of(MO) == "moderator"
            assert await roles.give(who, None, MO) == "ignored"
        for who in ("olga", "o*", "mo"):
            await roles.give(who, "ignored", MO)
            assert (await roles.of(OLGA), await roles.of(MO)) == ("owner", "moderator")
        # Whoever only calls himself so is nobody.
        assert await roles.of(Person("olga")) == "ignored"

    told(story)


def test_what_the_settings_give_an_owner_stays() -> None:
    async def story(roles: Told) -> None:
        await roles.give("olga", "ignored", OLGA)
        await roles.give("account:o*", "ignored", OLGA, HERE)
        await roles.put("postil.role.irc.python.account:olga", {
            "who": "account:olga", "role": "ignored", "network": "irc", "channel": "python",
            "by": "x", "by_role": "owner", "by_settings": True,
        })  # fmt: skip
        roles.roles.forget("main")
        assert await roles.of(OLGA) == "owner"
        assert await roles.of(Person("olga")) == "ignored"

    told(story)


def test_an_owner_by_command_can_be_changed_by_one_of_the_settings_alone() -> None:
    async def story(roles: Told) -> None:
        await roles.give("account:ada.l", "owner", OLGA, EVERYWHERE)
        await roles.give("account:bob", "owner", ADA, EVERYWHERE)
        bob = Person("bob", account="bob")
        assert "bob is an owner there" in await roles.refused("account:bob", "member", ADA, EVERYWHERE)
        # Nor by a narrower one, that was meant for a name.
        await roles.give("bob", "ignored", ADA, HERE)
        assert await roles.of(bob) == "owner"
        await roles.give("account:bob", "ignored", OLGA, HERE)
        assert await roles.of(bob) == "ignored"
        assert await roles.of(bob, Place("irc", "rust")) == "owner"

    told(story)


def test_what_an_owner_has_decided_no_moderator_lifts_in_his_channel() -> None:
    async def story(roles: Told) -> None:
        await roles.give("account:ada.l", "ignored", OLGA, EVERYWHERE)
        await roles.give("account:ada.l", "member", MO, HERE)
        assert await roles.of() == "ignored"

    told(story)


def test_nobody_locks_himself_out() -> None:
    async def story(roles: Told) -> None:
        await roles.give("host:*@host.example", "moderator", OLGA)
        own: list[tuple[str, Role]] = [
            ("ada", "ignored"), ("*", "ignored"), ("a*", "member"), ("account:ada.l", "ignored")
        ]  # fmt: skip
        for who, role in own:
            await roles.give(who, role, ADA)
            assert await roles.of() == "moderator"
        assert "no more than that" in await roles.refused("host:*@host.example", None, ADA)
        assert "no more than that" in await roles.refused("host:ada!a@host.example", "ignored", ADA)

    told(story)


WHO = [
    "ada", "bob", "a*", "*", "b*", "account:ada.l", "account:b*", "account:*", "host:*", "host:*@host.example",
    "olga", "mo",
]  # fmt: skip
PEOPLE = [OLGA, MO, ADA, Person("ada"), Person("bob", account="b.b", host="bob!b@host.example"), Person("olga")]


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_given_nobody_reaches_those_who_have_as_much(seed: int) -> None:
    async def story(roles: Told) -> None:
        chance, given = roles.simulation.chance, 0
        for _ in range(60):
            by, place = chance.choice(PEOPLE), chance.choice((HERE, NETWORK, EVERYWHERE))
            before = [await roles.of(each, place) for each in PEOPLE]
            role = chance.choice((*ROLES, None))
            try:
                await roles.give(chance.choice(WHO), role, by, place)
            except (Conflict, NotFound):
                continue
            given += 1
            own = ROLES.index(before[PEOPLE.index(by)])
            for who, had in zip(PEOPLE, before, strict=True):
                has = await roles.of(who, place)
                assert has == had or own < ROLES.index(had) or (by == OLGA and who != OLGA), (by, who, had, has)
                assert ROLES.index(has) >= own or has == had
        assert given

    told(story, seed=seed)


@pytest.mark.parametrize("who", ["", "account:", "host:  ", "a\x00b", "a\nb", "\u202eb", "x" * 201, "x" * 2**20])
def test_what_nobody_can_be_called_is_refused(who: str) -> None:
    async def story(roles: Told) -> None:
        with pytest.raises(Invalid, match="A role is for a name"):
            await roles.give(who, "moderator")

    told(story)


def test_here_means_nothing_in_a_private_conversation() -> None:
    async def story(roles: Told) -> None:
        with pytest.raises(Invalid, match="private"):
            await roles.give("ada", "moderator", OLGA, Place("irc", "@olga"))

    told(story)


@pytest.mark.parametrize("name", ["a\x00b", "a\nb", "\u202eb", "", "x" * 2**20])
def test_whoever_is_called_anything_can_give_roles(name: str) -> None:
    async def story(roles: Told) -> None:
        await roles.give("ada", "moderator", Person(name, account="olga"))
        assert await roles.of() == "moderator"

    told(story)


def test_what_strangers_put_there_counts_for_nothing() -> None:
    good = {"who": "ada", "role": "owner", "network": "*", "channel": "*", "by": "x", "by_role": "owner"}
    strange: list[object] = [
        None,
        1,
        [],
        {},
        good | {"role": "king"},
        good | {"by_role": "moderator"},
        good | {"who": ""},
    ]

    async def story(roles: Told) -> None:
        for number, data in enumerate((*strange, good)):
            await roles.put(f"x{number}", data)
        for data in strange:
            await roles.put("postil.role.*.*.ada", data)
            roles.roles.forget("main")
            assert await roles.of() == "member"
        await roles.put("postil.role.*.*.ada", good)
        roles.roles.forget("main")
        assert await roles.of() == "owner"

    told(story)
