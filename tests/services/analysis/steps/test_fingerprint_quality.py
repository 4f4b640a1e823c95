"""How well repetitions are told from texts that only look like each other, on pairs made by hand and by small edits."""

import re
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from random import Random

from pydantic import BaseModel, TypeAdapter

from services.analysis.models.minhash import signature_of
from shared.fingerprints import DUPLICATE_SIMILARITY_MIN, band_keys, similarity

SETS = Path(__file__).parent / "sets"

PRECISION_MIN = 0.93
RECALL_MIN = 0.97
FOUND_BY_BANDS_MIN = 0.99


class Pair(BaseModel):
    why: str
    same: bool
    one: str
    other: str


class Template(BaseModel):
    text: str
    values: dict[str, list[str]]


TEXTS = TypeAdapter(list[str]).validate_json((SETS / "duplicates_texts.json").read_bytes())
TEMPLATES = TypeAdapter(list[Template]).validate_json((SETS / "duplicates_templates.json").read_bytes())


def pairs_by_hand() -> list[Pair]:
    return TypeAdapter(list[Pair]).validate_json((SETS / "duplicates_pairs.json").read_bytes())


def without_one_character(text: str, chance: Random) -> str:
    place = chance.randrange(1, len(text) - 1)
    return text[:place] + text[place + 1 :]


def without_shortest_sentence(text: str, chance: Random) -> str:
    sentences = [each for each in re.split(r"(?<=[.!?。])\s*", text) if each]
    sentences.remove(min(sentences, key=len))
    return " ".join(sentences)


EDITS: dict[str, Callable[[str, Random], str]] = {
    "typo": without_one_character,
    "two typos": lambda text, chance: without_one_character(without_one_character(text, chance), chance),
    "forwarded": lambda text, chance: f"FYI, see below\n{text}",
    "signed": lambda text, chance: f"{text}\n--\nTom Becker, Platform",
    "quoted": lambda text, chance: "> " + text.replace(". ", ".\n> "),
    "shouted": lambda text, chance: text.upper(),
    "cut": without_shortest_sentence,
    "edited": lambda text, chance: f"{text}\nEdit: corrected.",
}


def repetitions() -> Iterator[Pair]:
    chance = Random(5)
    for text in TEXTS:
        for why, edit in EDITS.items():
            yield Pair(why=why, same=True, one=text, other=edit(text, chance))


def from_one_template() -> Iterator[Pair]:
    """They differ in everything, or in two things alone."""
    for template in TEMPLATES:
        rows = [dict(zip(template.values, row, strict=True)) for row in zip(*template.values.values(), strict=True)]
        two_things = [rows[0] | {one: rows[1][one], other: rows[1][other]} for one, other in combinations(rows[0], 2)]
        for one, other in [*combinations(rows, 2), *((rows[0], row) for row in two_things)]:
            filled = template.text.format(**one), template.text.format(**other)
            yield Pair(why="template", same=False, one=filled[0], other=filled[1])


def all_pairs() -> list[Pair]:
    different = [Pair(why="different", same=False, one=one, other=other) for one, other in combinations(TEXTS, 2)]
    return [*pairs_by_hand(), *repetitions(), *from_one_template(), *different]


def similarity_of(pair: Pair) -> float:
    one, other = signature_of(pair.one), signature_of(pair.other)
    return similarity(one[0], other[0]) if one and other else 0.0


def share_a_band(pair: Pair) -> bool:
    one, other = signature_of(pair.one), signature_of(pair.other)
    return one is not None and other is not None and bool((band_keys(one[0]) == band_keys(other[0])).any())


def test_repetitions_are_found_and_little_else() -> None:
    pairs = all_pairs()
    assert len(pairs) >= 240
    found = [pair for pair in pairs if similarity_of(pair) >= DUPLICATE_SIMILARITY_MIN]
    right = sum(pair.same for pair in found)
    assert right / len(found) >= PRECISION_MIN, [pair.one[:60] for pair in found if not pair.same]
    assert right / sum(pair.same for pair in pairs) >= RECALL_MIN


def test_every_pair_by_hand_is_told_right() -> None:
    wrong = [pair.one for pair in pairs_by_hand() if (similarity_of(pair) >= DUPLICATE_SIMILARITY_MIN) != pair.same]
    assert wrong == []


def test_what_is_similar_enough_shares_a_band() -> None:
    similar = [pair for pair in all_pairs() if similarity_of(pair) >= DUPLICATE_SIMILARITY_MIN]
    assert sum(map(share_a_band, similar)) / len(similar) >= FOUND_BY_BANDS_MIN
