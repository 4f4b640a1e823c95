"""Told the same in any portions, the figures are the same; and what goes wrong leaves no trace."""

import random
from collections.abc import Iterable
from pathlib import Path

import pytest

from services.database.search.figures.index import FiguresIndex, state_of
from services.database.search.index import Present
from shared.contracts.figures import Figures, GetFigures
from tests.services.database.search.figures.ground import (
    MINUTE,
    NOON,
    SIGNATURES,
    batch,
    document,
    fingerprint,
    keywords,
    language,
    opinion,
    query,
)

COLLECTIONS, AUTHORS = ("a", "b.c"), (None, "ann", "bob", "Zoë\n\0")


def some_document(no: int, chance: random.Random) -> Present:
    version = chance.randint(1, 3)
    notes = language(chance.choice(("en", "de")), chance.randint(1, 3))
    notes |= keywords(*chance.sample("abcdefgh", 3), version=version)
    notes |= fingerprint(SIGNATURES[chance.randrange(40)])
    kept = dict(chance.sample(sorted(notes.items()), chance.randint(0, 3)))
    collection = COLLECTIONS[no % 2]
    author = chance.choice(AUTHORS)
    return document(no, collection, author=author, version=version, at=NOON + no * MINUTE // 3, notes=kept)


def some_thing(no: int, chance: random.Random) -> Present:
    if no % 10 == 0:
        return opinion(no, about="d1", step=chance.choice(("summary", "NO")), stars=chance.randint(1, 5))
    if no % 10 == 1:
        return query(no, chance.choice((f"q{no}", f"no good {no}")), query="disk")
    return some_document(no, chance)


def without_marks(index: FiguresIndex) -> list[Figures]:
    """What follows from the documents alone. Words of one count have no order."""
    found = []
    for collection in (None, *COLLECTIONS):
        for author in AUTHORS:
            figures = index.figures(GetFigures(collection=collection, author=author, top=100))
            marks: dict[str, object] = {"first_at": None, "last_at": None, "high_water": None, "applied_seq": 0}
            for name in ("top_keywords", "top_authors", "languages"):
                marks[name] = tuple(sorted(getattr(figures, name), key=lambda each: each.value))
            found.append(figures.model_copy(update=marks))
    return found


def expect_agrees(index: FiguresIndex, present: Iterable[Present]) -> None:
    expected = {each.no: state_of(each) for each in present}
    assert index.states([*expected, 10_000]) == expected
    assert list(index.numbers()) == sorted(expected)
    assert index.examine() == []


@pytest.mark.parametrize("seed", range(6))
def test_many_changes_lead_to_the_same_as_one_telling(index: FiguresIndex, other: FiguresIndex, seed: int) -> None:
    chance = random.Random(seed)
    there: dict[int, Present] = {}
    for turn in range(25):
        until = 20 + turn
        gone = [no for no in there if chance.random() < 0.1]
        for no in gone:
            del there[no]
        touched = {no: some_thing(no, chance) for no in (chance.randint(1, until) for _ in range(12)) if no not in gone}
        there |= touched
        told = batch(*touched.values(), until=until, gone=gone)
        for _ in range(chance.randint(1, 2)):
            index.apply(told)
        if chance.random() < 0.5:
            index.commit()
    index.commit()
    other.apply(batch(*there.values(), until=100))
    other.commit()
    assert without_marks(index) == without_marks(other)
    assert index.feedback_summary() == other.feedback_summary()
    assert index.malformed == other.malformed
    assert {each.name for each in index.standing()} == {each.name for each in other.standing()}
    expect_agrees(index, there.values())
    expect_agrees(other, there.values())


def test_it_is_as_it_was_after_a_restart(folder: Path) -> None:
    first = FiguresIndex.open(folder)
    first.apply(batch(*(some_thing(no, random.Random(no)) for no in range(1, 60))))
    first.commit()
    before = without_marks(first), first.malformed, first.applied
    first.apply(batch(gone=tuple(range(1, 30)), until=70))
    first.close()
    again = FiguresIndex.open(folder)
    assert (without_marks(again), again.malformed, again.applied) == before
    assert again.applied == 59
    assert list(again.numbers()) == list(range(1, 60))
    again.close()


def test_a_batch_that_fails_is_undone_with_all_that_was_not_committed(index: FiguresIndex) -> None:
    index.apply(batch(document(1, notes=fingerprint(SIGNATURES[0]))))
    index.commit()
    index.apply(batch(document(2, notes=fingerprint(SIGNATURES[1]))))
    broken = Present(3, {"id": "d3", "collection": "a", "version": 1, "created_at": "not a time"}, {})
    with pytest.raises(ValueError, match="not a time"):
        index.apply(batch(document(4), broken))
    assert index.applied == 1
    index.commit()
    assert list(index.numbers()) == [1]
    index.apply(batch(document(2, notes=fingerprint(SIGNATURES[1])), document(4)))
    index.commit()
    signed = [document(no, notes=fingerprint(SIGNATURES[no - 1])) for no in (1, 2)]
    expect_agrees(index, [*signed, document(4)])


def test_how_far_it_has_come_never_goes_back(index: FiguresIndex) -> None:
    index.apply(batch(until=50))
    index.apply(batch(document(3), until=40))
    assert index.applied == 50


def test_a_document_that_was_put_again_has_the_newer_number(index: FiguresIndex) -> None:
    index.apply(batch(document(1)))
    assert index.numbers_of(["d1"]) == {"d1": 1}
    index.apply(batch(document(9, id="d1"), gone=(1,)))
    assert index.numbers_of(["d1"]) == {"d1": 9}
    index.commit()
    assert index.documents == 1


def test_what_does_not_agree_is_found(index: FiguresIndex) -> None:
    index.apply(batch(document(1), opinion(2, about="d1", thumb="up")))
    index.commit()
    with index._file.writing() as connection:
        connection.execute("UPDATE scopes SET documents = 7 WHERE collection = 'tickets' AND author = ''")
        connection.execute("UPDATE opinions SET up = 3")
        connection.execute("INSERT INTO signatures (place, document, signature, cluster) VALUES (9, 1, x'00', '')")
        index._file.commit()
    findings = index.examine()
    assert [each.what for each in findings] == [
        "counts of documents are wrong",
        "sums of feedback are wrong",
        "the number of signatures is wrong",
    ]
    assert findings[0].examples == ("collection tickets, author *",)
