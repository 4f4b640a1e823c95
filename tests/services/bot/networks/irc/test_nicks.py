"""The bot gets a name, and the wanted one again when it is free."""

import pytest

from services.bot.networks.irc.login import Refused
from tests.services.bot.networks.irc.talk import Talk, inside


def test_other_names_are_tried() -> None:
    talk = Talk()
    talk.says()
    in_use = ":s 433 * postil :in use"
    assert talk.after(in_use, in_use, ":s 437 * postil__ :not now", in_use) == [
        "NICK postil_", "NICK postil__", "NICK postil1", "NICK postil2",
    ]  # fmt: skip
    with pytest.raises(Refused, match="none of our names"):
        talk.after(*[in_use] * 30)


def test_a_name_that_the_server_does_not_like_becomes_a_plain_one() -> None:
    talk = Talk(nick="[postil]-the-rememberer")
    talk.says()
    assert talk.after(":s 432 * x :no", ":s 432 * x :no") == ["NICK postilth_", "NICK postilt__"]
    talk = Talk(nick="1234")
    talk.says()
    assert talk.after(":s 432 * 1234 :no") == ["NICK postil_"]


def test_a_name_is_taken_back_when_its_holder_goes() -> None:
    for gone in (":Postil!a@b QUIT :bye", ":postil!a@b NICK thief"):
        talk = Talk()
        talk.after(":s 433 * postil :in use", ":s 001 postil_ :welcome", ":s 376 postil_ :x")
        assert talk.after(":somebody!a@b QUIT :bye") == []
        assert talk.after(gone) == ["NICK postil"]
        talk.after(":postil_!bot@h NICK postil")
        assert talk.session.nicks.own == "postil"
        assert talk.later(3_600) == []


def test_a_name_is_asked_for_again_and_again() -> None:
    talk = Talk()
    talk.after(":s 433 * postil :in use", ":s 001 postil_ :welcome", ":s 376 postil_ :x")
    assert talk.later(30) == []
    assert talk.later(31) == ["NICK postil"]
    assert talk.after(":s 433 postil_ postil :in use") == []
    assert talk.later(61) == ["NICK postil"]
    talk.after(":s 432 postil_ postil :never")
    assert talk.later(61) == []


def test_a_name_that_is_taken_away_again_is_asked_for_more_and_more_seldom() -> None:
    talk = inside("#den")
    pauses = []
    for _ in range(8):
        assert talk.after(":postil!bot@h NICK Guest1") == []
        seconds = 0
        while not talk.later(60):
            seconds += 60
        pauses.append(seconds + 60)
        talk.after(":Guest1!bot@h NICK postil")
    assert pauses == [120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600]


def test_a_name_that_was_cut_is_good_enough() -> None:
    talk = Talk(nick="postil-the-rememberer")
    talk.after(":s 001 postil-the :hi", ":s 005 postil-the NICKLEN=10 :are here", ":s 376 postil-the :x")
    assert talk.later(100) == []
    assert talk.session.nicks.own == "postil-the"


def test_its_own_mask_is_known_to_the_byte() -> None:
    talk = inside("#den")
    assert talk.session.nicks.mask_bytes == len("postil!bot@host.example")
    talk.after(":s 396 postil cloak.example :is your host now")
    assert talk.session.nicks.own_mask == "postil!bot@cloak.example"
    talk.after(":postil!bot@cloak.example CHGHOST other new.example", ":postil!bot@h NICK :bot-2")
    assert talk.session.nicks.own_mask == "bot-2!other@new.example"
    assert Talk().session.nicks.mask_bytes > 80
