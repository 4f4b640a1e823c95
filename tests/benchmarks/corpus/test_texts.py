"""Made-up documents are the same for the same seed, as many as wanted from anywhere, and like real ones."""

from collections import Counter
from datetime import datetime

import pytest

from benchmarks.corpus.texts import COLLECTIONS, PAGE_COUNT, Corpus
from shared.contracts.documents import Draft

CORPUS = Corpus(seed=3)


def test_the_same_seed_makes_the_same_documents() -> None:
    documents = list(CORPUS.documents(PAGE_COUNT + 50))
    assert list(Corpus(seed=3).documents(PAGE_COUNT + 50)) == documents
    assert list(Corpus(seed=3).documents(50, first=PAGE_COUNT)) == documents[PAGE_COUNT:]
    assert next(Corpus(seed=4).documents(1)) != documents[0]
    assert len({document["id"] for document in documents}) == len(documents)


def test_every_document_can_be_published() -> None:
    for document in CORPUS.documents(300):
        draft = Draft.model_validate(document, strict=False)
        assert draft.text
        assert draft.occurred_at


def test_words_are_as_frequent_as_in_real_texts() -> None:
    counts = Counter(word for page in CORPUS.pages(4 * PAGE_COUNT) for word in page.words.tolist())
    frequencies = [count for _, count in counts.most_common()]
    total = sum(frequencies)
    assert 0.01 < frequencies[0] / total < 0.1
    assert 0.15 < sum(frequencies[:100]) / total < 0.6
    # The long tail: a good part of all words that occur are hardly ever used.
    assert sum(count <= 3 for count in frequencies) > len(frequencies) / 4


def test_there_are_topics_authors_collections_and_busy_hours() -> None:
    documents = list(CORPUS.documents(PAGE_COUNT))
    assert {document["collection"] for document in documents} == {name for name, *_ in COLLECTIONS}
    [(_, busiest), *others] = Counter(str(document["author"]) for document in documents).most_common()
    assert busiest > 10 * others[len(others) // 2][1]
    hours = Counter(datetime.fromisoformat(str(document["occurred_at"])).hour for document in documents)
    assert hours[10] > 3 * hours[3]
    moments = [str(document["occurred_at"]) for document in documents]
    assert moments == sorted(moments)


def test_a_tenth_repeats_a_stock_phrase() -> None:
    said = [str(document["text"]).lower().split() for document in CORPUS.documents(4 * PAGE_COUNT)]
    beginnings = Counter(" ".join(words[:3]) for words in said)
    # Some of the first three words are changed as well.
    assert 0.03 < sum(count for count in beginnings.values() if count > 2) / len(said) < 0.15


@pytest.mark.parametrize("length", [1, 2, 5])
def test_questions_are_made_of_words_that_occur(length: int) -> None:
    questions = list(CORPUS.questions(20, length))
    assert questions == list(Corpus(seed=3).questions(20, length))
    assert all(len(question.split()) == length and set(question.split()) <= set(CORPUS.words) for question in questions)


def test_pages_begin_where_pages_begin() -> None:
    with pytest.raises(AssertionError):
        next(CORPUS.pages(5, first=7))
