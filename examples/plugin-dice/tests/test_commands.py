"""The commands as somebody gives them, without a bot."""

import re
from pathlib import Path
from random import Random

import pytest
from postil_dice import COINS_MAX, commands
from postil_dice.notation import parse
from postil_dice.throwing import throw

from services.bot.rehearsal import rehearse
from shared.errors import Invalid

roll, flip, eight_ball = commands


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("2d6+3", "2d6+3: [2 5] + 3 = 10"),
        ("4d6kh3", "4d6kh3: [2 5 (1) 3] = 10"),
        ("4d6kl1", "4d6kl1: [(2) (5) 1 (3)] = 1"),
        ("ADV + 5", "adv+5: [(5) 19] + 5 = 24"),
        ("dis-1", "dis-1: [5 (19)] - 1 = 4"),
        ("2d6+1d4-1", "2d6+1d4-1: [2 5] + [1] - 1 = 7"),
        ("-d%", "-d%: -[18] = -18"),
        ("", "d20: [5] = 5"),
    ],
)
async def test_a_roll_shows_each_die_and_what_it_comes_to(words: str, said: str) -> None:
    assert (await rehearse(roll, words, seed=1)).lines == [said]


async def test_a_wrong_roll_says_why() -> None:
    with pytest.raises(Invalid, match="A die has 2 to 1000 sides"):
        await rehearse(roll, "2d1")


def test_every_side_falls_and_none_beside_them() -> None:
    chance = Random(7)
    assert {throw(parse("d6"), chance).total for _ in range(200)} == {1, 2, 3, 4, 5, 6}


def test_what_is_kept_is_the_highest_or_the_lowest_also_among_equals() -> None:
    chance = Random(3)
    for _ in range(100):
        best, worst = (throw(parse(text), chance).terms[0] for text in ("5d4kh2", "5d4kl2"))
        assert best.total == sum(sorted(die.value for die in best.dice)[-2:])
        assert worst.total == sum(sorted(die.value for die in worst.dice)[:2])


async def test_a_coin_falls_once_or_as_often_as_somebody_likes() -> None:
    assert (await rehearse(flip, seed=1)).lines == ["heads"]
    assert (await rehearse(flip, "3", seed=1)).lines == ["heads, heads, tails: 2 heads and 1 tails"]
    for count in ("0", str(COINS_MAX + 1), "many"):
        with pytest.raises(Invalid, match=r"COUNT: should be .* Usage: !flip \[COUNT\]"):
            await rehearse(flip, count)


async def test_a_question_is_answered_and_none_is_not() -> None:
    answers = {(await rehearse(eight_ball, "will it rain?", seed=seed)).lines[0] for seed in range(100)}
    assert {"Yes.", "No."} < answers
    with pytest.raises(Invalid, match="QUESTION is missing"):
        await rehearse(eight_ball)


async def test_the_page_about_it_tells_the_truth() -> None:
    page = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    told = re.findall(r"^!(\S+) (\S+) {2,}(.+?)(?: {3,}.*)?$", page, re.MULTILINE)
    assert {word for word, _, _ in told} == {command.word for command in commands}
    for word, words, said in told:
        [command] = [each for each in commands if each.word == word]
        assert (await rehearse(command, words, seed=1)).lines == [said]
