"""The same is asked of everybody, and a word that is asked for has no relatives."""

from itertools import islice

from benchmarks import made_up
from benchmarks.text_questions import KINDS, MENTIONING, TWO_WORDS, asks_of, plain_questions, plain_words
from services.database.search.text.engine import stems

COUNT = 20


def test_there_are_as_many_of_each_kind_as_wanted() -> None:
    asks = asks_of(made_up.corpus(), COUNT)
    assert {kind: len(some) for kind, some in asks.items()} == dict.fromkeys(KINDS, COUNT)


def test_each_is_put_in_three_languages() -> None:
    for kind, some in asks_of(made_up.corpus(), COUNT).items():
        for ask in some:
            assert all(word in ask.query and word in ask.match for word in ask.question.words)
            assert (ask.question.collection is not None) is (kind == TWO_WORDS)


def test_a_plain_word_shares_its_stem_with_none() -> None:
    corpus = made_up.corpus()
    plain = plain_words(corpus)
    others = {stems(word, "en")[0] for word in corpus.words if word not in plain}
    assert plain.isdisjoint(MENTIONING)
    assert not {stems(word, "en")[0] for word in plain} & others
    assert len({stems(word, "en")[0] for word in plain}) == len(plain) > 1_000


def test_a_question_keeps_the_number_that_the_corpus_has_for_it() -> None:
    corpus = made_up.corpus()
    rows = corpus.question_words(10_000, 2)
    found = list(islice(plain_questions(corpus, plain_words(corpus)), COUNT))
    for number, words in found:
        assert sorted(corpus.words[word] for word in rows[number]) == sorted(words)
    assert len({tuple(words) for _, words in found}) == COUNT
