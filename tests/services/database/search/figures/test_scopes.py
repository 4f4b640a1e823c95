"""Figures of a tenant, a collection, an author, and an author in a collection."""

from services.database.search.figures.index import FiguresIndex
from services.database.search.figures.scopes import AUTHOR_WORDS_MAX
from shared.clock import from_milliseconds
from shared.contracts.figures import Count, Figures, GetFigures
from tests.services.database.search.figures.ground import MINUTE, NOON, batch, document, keywords, language, note


def told(index: FiguresIndex, collection: str | None = None, author: str | None = None, top: int = 10) -> Figures:
    return index.figures(GetFigures(collection=collection, author=author, top=top))


def pairs(counts: tuple[Count, ...]) -> list[tuple[str, int]]:
    return [(each.value, each.count) for each in counts]


def test_nothing_is_known_of_nobody(index: FiguresIndex) -> None:
    assert told(index) == Figures(documents=0, authors=0, hours=(0,) * 24)
    assert told(index, "nowhere", "nobody").documents == 0


def test_each_scope_is_counted(index: FiguresIndex) -> None:
    hour = 60 * MINUTE
    index.apply(batch(document(1), document(2, at=NOON + hour), document(3, "chat.irc", author="bob", at=NOON + hour)))
    index.apply(batch(document(4, "chat.irc"), document(5, "chat.irc", author=None)))
    index.commit()
    whole = told(index)
    assert (whole.documents, whole.authors, whole.applied_seq) == (5, 2, 5)
    assert (whole.first_at, whole.last_at) == (from_milliseconds(NOON), from_milliseconds(NOON + hour))
    assert (whole.hours[8], whole.hours[9], sum(whole.hours)) == (3, 2, 5)
    assert pairs(whole.top_authors) == [("ann", 3), ("bob", 1)]
    assert pairs(told(index, top=1).top_authors) == [("ann", 3)]
    tickets, chat = told(index, "tickets"), told(index, "chat.irc")
    assert (tickets.documents, tickets.authors, chat.documents, chat.authors) == (2, 1, 3, 2)
    ann = told(index, author="ann")
    assert (ann.documents, ann.authors, pairs(ann.top_authors)) == (3, 1, [("ann", 3)])
    assert told(index, "chat.irc", "ann").documents == 1
    assert told(index, "tickets", "bob").documents == 0
    assert index.documents == 5


def test_nothing_is_seen_before_the_commit(index: FiguresIndex) -> None:
    index.apply(batch(document(7)))
    assert (told(index).documents, told(index).applied_seq, index.applied) == (0, 0, 7)
    index.commit()
    assert (told(index).documents, told(index).applied_seq) == (1, 7)


def test_a_high_water_mark_goes_on_over_batches_and_never_falls(index: FiguresIndex) -> None:
    index.apply(batch(document(1), document(2, author="bob")))
    index.apply(batch(document(3), document(4, at=NOON + MINUTE)))
    index.apply(batch(gone=(1, 2, 3), until=5))
    # It has another language now, but it came only once.
    index.apply(batch(document(4, at=NOON + MINUTE, notes=language("en"))))
    index.commit()
    mark = told(index).high_water
    assert mark is not None
    assert (mark.documents, mark.minute) == (3, from_milliseconds(NOON // MINUTE * MINUTE))
    assert told(index).documents == 1
    assert told(index, author="bob") == Figures(documents=0, authors=0, hours=(0,) * 24, applied_seq=5)


def test_what_is_the_houses_own_is_not_counted(index: FiguresIndex) -> None:
    index.apply(batch(document(1), document(2, "postil.feedback"), document(3, "postil.budget")))
    index.commit()
    assert (told(index).documents, told(index, "postil.budget").documents, index.documents) == (1, 0, 1)
    assert index.numbers_of(["d1", "d2", "d3", "d4"]) == {"d1": 1, "d2": 2, "d3": 3}


def test_languages_and_words_follow_the_newest_version(index: FiguresIndex) -> None:
    index.apply(
        batch(document(1, notes=language("en") | keywords("disk", "raid")), document(2, notes=keywords("disk")))
    )
    index.commit()
    assert pairs(told(index).languages) == [("en", 1)]
    for scope in ((None, None), ("tickets", None), (None, "ann"), ("tickets", "ann")):
        assert pairs(told(index, *scope).top_keywords) == [("disk", 2), ("raid", 1)]
    # Its notes are still those of the first version, then they are there.
    index.apply(batch(document(1, version=2, notes=language("en") | keywords("disk", "raid"))))
    index.commit()
    assert (told(index).languages, pairs(told(index).top_keywords)) == ((), [("disk", 1)])
    index.apply(batch(document(1, version=2, notes=language("de", 2) | keywords("platte", version=2))))
    index.commit()
    assert pairs(told(index).languages) == [("de", 1)]
    assert sorted(pairs(told(index, "tickets").top_keywords)) == [("disk", 1), ("platte", 1)]


def test_notes_that_make_no_sense_are_left_out(index: FiguresIndex) -> None:
    for no, (step, value) in enumerate(
        [
            ("language", {"language": ["en"]}),
            ("language", {"language": "e" * 17}),
            ("language", "en"),
            ("keywords", {"keywords": "disk"}),
            ("keywords", {"keywords": [1, {"word": 2}, {"word": ""}, {"word": "x" * 65}, {"word": "a\nb"}, {}]}),
            ("keywords", {"keywords": None}),
            ("fingerprint", {"signature": "x" * 344, "cluster": 1}),
            ("fingerprint", {"signature": 5}),
        ],
        1,
    ):
        index.apply(batch(document(no, notes={step: note(value)})))  # type: ignore[arg-type]  # it is JSON
    index.commit()
    assert told(index).documents == 8
    assert (told(index).languages, told(index).top_keywords, index.examine()) == ((), (), [])


def test_an_authors_frequent_words_stay(index: FiguresIndex) -> None:
    for no in range(1, 101):
        index.apply(batch(document(no, notes=keywords("often", f"rare{no}", f"odd{no}"))))
    index.commit()
    words = pairs(told(index, author="ann", top=100).top_keywords)
    assert words[0] == ("often", 100)
    assert AUTHOR_WORDS_MAX <= len(words) <= 2 * AUTHOR_WORDS_MAX
    assert ("rare100", 1) in words
    assert len(told(index, top=100).top_keywords) == 100


def test_an_author_may_change(index: FiguresIndex) -> None:
    index.apply(batch(document(1)))
    index.apply(batch(document(1, author="bob", version=2)))
    index.commit()
    assert (told(index).documents, told(index).authors, told(index, author="ann").documents) == (1, 1, 0)
    assert told(index, author="bob").first_at == from_milliseconds(NOON)
