"""What a query finds. Each is asked in every way there is; see `found`."""

from collections.abc import Iterator

import pytest

from services.database.search.language.syntax import (
    All,
    Any,
    Between,
    Data,
    Everything,
    Is,
    Node,
    Not,
    Phrase,
    Prefix,
    Word,
)
from services.database.search.text.index import TextIndex
from services.database.search.text.queries import DEPTH_MAX, spoken
from shared.errors import Invalid
from tests.services.database.search.text.ground import found, moment, present, spoken_in, told

LONG = "y" * 800


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TextIndex]:
    """Only asked: no test changes it."""
    index = told(
        TextIndex.open(tmp_path_factory.mktemp("library")),
        present(1, "The quick brown fox", title="Animals", author="ada", tags=["red", "fast"], notes=spoken_in("en")),
        present(2, "A brown dog runs", author="bob", tags=["red"], kind="note", notes=spoken_in("en")),
        present(3, "Die Häuser der Stadt", author="ada", thread="t/1", notes=spoken_in("de")),
        present(4, "日本語の文書", title="fox", collection="chat.irc", source="irc"),
        present(5, "brown quick foxes", occurred_at=moment(-60).isoformat(), collection="chat.irc.help"),
        present(6, "the fox is in the house", collection="postil.queries"),
        present(7, "runs", collection="postil.feedback", author=LONG + "1"),
        present(8, None, kind="empty", author=LONG + "2", data={"n": 1}),
    )
    yield index
    index.close()


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (Everything(), [1, 2, 3, 4, 5, 8]),
        (Word("brown"), [1, 2, 5]),
        (Word("BRÖWN"), [1, 2, 5]),
        (Word("fox"), [1, 4]),
        (Word("fox", "title"), [4]),
        (Word("fox", "text"), [1]),
        # Where the language is known, in every form; where it isn't, as it stands.
        (Word("running"), [2]),
        (Word("foxes"), [1, 5]),
        (Word("haus"), [3]),
        (Word("run", "text"), []),
        (Phrase("run"), []),
        (Word("quick-brown"), [1]),
        (Phrase("quick brown"), [1]),
        (Phrase("brown quick"), [5]),
        (Phrase("quick brown", "title"), []),
        (Word("日本"), [4]),
        (Word("本日"), []),
        (Prefix("bro"), [1, 2, 5]),
        (Prefix("fox"), [1, 4, 5]),
        (Prefix("fox", "text"), [1, 5]),
        (Prefix("quick bro"), [1]),
        (Prefix("日本"), [4]),
        (Prefix("x" * 100), []),
        (All((Word("brown"), Word("fox"))), [1]),
        (All((Word("brown"), Not(Word("fox")))), [2, 5]),
        (All((Not(Word("brown")), Not(Word("fox")))), [3, 8]),
        (All(()), [1, 2, 3, 4, 5, 8]),
        (Any((Word("dog"), Word("häuser"), Is("kind", "empty"))), [2, 3, 8]),
        (Any((Word("dog"), Not(Word("brown")))), [2, 3, 4, 8]),
        (Any(()), []),
        (Not(Word("brown")), [3, 4, 8]),
        (Not(Not(Word("brown"))), [1, 2, 5]),
        (Not(Everything()), []),
        (Is("author", "ada"), [1, 3]),
        (Is("author", "Ada"), []),
        (Is("author", LONG, beginning=True), [8]),
        (Is("author", LONG + "3", beginning=True), []),
        (Is("tag", "red"), [1, 2]),
        (Is("kind", "note"), [2]),
        (Is("language", "EN"), [1, 2]),
        (Is("thread", "t/1"), [3]),
        (Is("source", "irc"), [4]),
        (Is("id", "d4"), [4]),
        (Is("id", "d", beginning=True), [1, 2, 3, 4, 5, 8]),
        (Is("collection", "chat.irc"), [4]),
        (Is("collection", "chat.", beginning=True), [4, 5]),
        (Is("collection", "chat.*", beginning=True), []),
        (Is("author", "", beginning=True), [1, 2, 3, 8]),
        (Between("created", since=moment(4)), [4, 5, 8]),
        (Between("created", until=moment(4)), [1, 2, 3]),
        (Between("occurred", since=moment(-60), until=moment(2)), [1, 5]),
        (Between("updated"), [1, 2, 3, 4, 5, 8]),
    ],
    ids=str,
)
def test_found(library: TextIndex, node: Node, expected: list[int]) -> None:
    assert found(library, node) == expected


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (Is("collection", "postil.queries"), [6]),
        (All((Word("fox"), Is("collection", "postil.queries"))), [6]),
        # The one that is named, and no other.
        (Any((Is("collection", "postil.queries"), Word("runs"))), [2, 6]),
        (Is("collection", "postil.", beginning=True), [6, 7]),
        (Is("collection", "p", beginning=True), []),
        (Not(Is("collection", "postil.queries")), [1, 2, 3, 4, 5, 8]),
        (Not(Not(Is("collection", "postil.queries"))), [6]),
        (Not(Any((Not(Is("collection", "postil.queries")), Word("fox")))), []),
    ],
    ids=str,
)
def test_the_house_is_found_where_it_is_named(library: TextIndex, node: Node, expected: list[int]) -> None:
    assert found(library, node) == expected


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (Word("?!"), []),
        (Not(Word("?!")), []),
        (All((Word("brown"), Word("&"))), [1, 2, 5]),
        (All((Word("brown"), Not(Word("&")))), [1, 2, 5]),
        (Any((Word("dog"), Word("&"))), [2]),
        (Any((Word("-"), Word("&"))), []),
        (All((Word("-"), Is("author", "bob"))), [2]),
        (Phrase("quick, (brown)!"), [1]),
    ],
    ids=str,
)
def test_punctuation_says_nothing(library: TextIndex, node: Node, expected: list[int]) -> None:
    assert found(library, node) == expected


def test_words_rank_and_filters_do_not(library: TextIndex) -> None:
    alone = library.search(Word("brown"), limit=9).hits
    everything = (Is("tag", "red"), Between("created", moment(0)), Not(Word("dog")), Data("x", "!=", 1))
    filtered = library.search(All((Word("brown"), everything[0], everything[1], everything[2])), limit=9).hits
    assert filtered == [hit for hit in alone if hit[0] == 1]
    page = library.search(Any(everything), limit=9)
    assert (page.scored, [no for no, _ in page.hits]) == (False, [8, 5, 4, 3, 2, 1])
    # A condition is a filter, whatever is in it.
    held = library.search(Word("brown"), condition=Word("fox"), limit=9)
    assert held.hits == [hit for hit in alone if hit[0] == 1]
    assert held.total == 1
    assert library.search(Everything(), condition=Is("collection", "postil.queries"), limit=9).total == 1
    assert library.search(Everything(), condition=Word("?!"), limit=9).total == 0


def test_title_before_text_and_the_word_before_its_other_forms(index: TextIndex) -> None:
    english = spoken_in("en")
    told(
        index,
        present(1, "we saw it running there", title="some words here", notes=english),
        present(2, "we saw it run there", title="some words here", notes=english),
        present(3, "we saw some words there", title="to run here", notes=english),
    )
    assert [no for no, _ in index.search(Word("run"), limit=9).hits] == [3, 2, 1]


def test_depth_has_a_limit(library: TextIndex) -> None:
    node: Node = Word("brown")
    for _ in range(DEPTH_MAX // 2):
        node = Not(Not(node))
    assert found(library, node) == [1, 2, 5]
    with pytest.raises(Invalid, match="nested more than"):
        library.count(Not(Not(node)))
    with pytest.raises(Invalid, match="nested more than"):
        library.count(Not(Not(Any((node,)))))


def test_many_words_at_once(library: TextIndex) -> None:
    assert found(library, Any((*(Word(f"w{at}") for at in range(1_500)), Word("dog")))) == [2]
    assert found(library, Phrase("quick brown " * 1_000)) == []


def test_spoken_is_what_is_wanted() -> None:
    tree = All((Word("a"), Not(Word("b")), Any((Phrase("c d"), Not(Not(Prefix("e"))))), Is("kind", "k"), Everything()))
    assert list(spoken(tree)) == [Word("a"), Phrase("c d"), Prefix("e")]
