"""Documents as a busy team might write them, any number of them, the same for the same seed.

Words are as frequent as in real texts (Zipf). Each document has a topic, most have a second one, and topics share
words, so that their clusters overlap. A tenth repeats a stock phrase of its topic with some words changed, as logs and
bots do: near-duplicates. Documents come in pages, each from a seed of its own: one can begin anywhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from benchmarks.corpus.vocabulary import words

Numbers = NDArray[np.int64]

PAGE_COUNT = 4_096
TOPICS_COUNT = 600
TOPIC_WORDS_COUNT = 250
STOCK_WORDS_COUNT = 24
AUTHORS_COUNT = 400
WORDS_COUNT = 60_000
ZIPF = 1.07

# By collection: how much of everything is in it, how many words a document has in the middle, and its kind.
COLLECTIONS = (
    ("chat.team", 0.30, 9, "message"),
    ("chat.support", 0.15, 14, "message"),
    ("tickets", 0.25, 60, "ticket"),
    ("notes", 0.20, 35, "note"),
    ("articles", 0.10, 140, "article"),
)
LENGTH_SPREAD = 0.55
LENGTH_MAX = 1_200
# Where a word comes from: everybody's language, the topic, the second topic.
SHARES = (0.45, 0.40, 0.15)
STOCK_SHARE = 0.10
STOCK_CHANGED_SHARE = 0.15
REFERRING_SHARE = 0.15
SENTENCE_WORDS_COUNT = 11
TITLED = {"ticket", "note", "article"}

# A page is a day, and a day has busy hours.
BEGINNING = datetime(2025, 1, 6, tzinfo=UTC)
HOURS = np.array([1, 1, 1, 1, 1, 2, 4, 8, 14, 18, 18, 16, 12, 15, 18, 17, 15, 11, 7, 5, 4, 3, 2, 1], dtype=np.float64)
NAMES = ("ada", "ben", "cleo", "dana", "eli", "fay", "gus", "hana", "ivo", "june", "kai", "lea", "max", "nora", "otto")


@dataclass(frozen=True, slots=True)
class Page:
    """Documents as numbers: the words of all of them in a row, and where those of each one begin."""

    first: int
    words: Numbers
    begins: Numbers
    topics: Numbers
    collections: Numbers
    authors: Numbers
    seconds: Numbers
    refers: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.begins)


class Corpus:
    def __init__(self, seed: int) -> None:
        self.seed = seed
        chance = np.random.default_rng([seed, 0])
        self._common = _zipf(WORDS_COUNT, ZIPF)
        self._topical = _zipf(TOPIC_WORDS_COUNT, 0.8)
        self._popular = _zipf(TOPICS_COUNT, 0.7)
        self._writing = _zipf(AUTHORS_COUNT, 1.0)
        # Neither the words that everybody uses nor those that nobody does; shared by several topics.
        self._topic_words = chance.integers(60, WORDS_COUNT // 6, size=(TOPICS_COUNT, TOPIC_WORDS_COUNT))
        self._stock = self._topic_words[:, :STOCK_WORDS_COUNT].copy()
        self._stock[:, ::2] = chance.integers(0, 300, size=self._stock[:, ::2].shape)
        self._shares = np.cumsum([share for _, share, _, _ in COLLECTIONS])
        self._lengths = np.array([length for _, _, length, _ in COLLECTIONS])

    @cached_property
    def words(self) -> list[str]:
        return list(words(WORDS_COUNT, self.seed))

    def documents(self, count: int, first: int = 0) -> Iterator[dict[str, JsonValue]]:
        """As they are published: with an id, and the collection in them."""
        for page in self.pages(count, first):
            yield from self._written(page)

    def pages(self, count: int, first: int = 0) -> Iterator[Page]:
        """So many documents, from a `first` that begins a page; the last page may be shorter."""
        assert first % PAGE_COUNT == 0
        for begin in range(first, first + count, PAGE_COUNT):
            yield self._page(begin, min(PAGE_COUNT, first + count - begin))

    def question_words(self, count: int, length: int) -> Numbers:
        """Short queries, a row each: some words of a topic. Other documents ask than those that are stored."""
        chance = np.random.default_rng([self.seed, 1, length])
        topics = _drawn(chance, self._popular, count)
        return self._topic_words[topics[:, None], _drawn(chance, self._topical, (count, length))]

    def questions(self, count: int, length: int = 2) -> Iterator[str]:
        for row in self.question_words(count, length):
            yield " ".join(self.words[word] for word in row)

    def _page(self, first: int, count: int) -> Page:
        chance = np.random.default_rng([self.seed, 2, first // PAGE_COUNT])
        collections = np.minimum(np.searchsorted(self._shares, chance.random(PAGE_COUNT)), len(COLLECTIONS) - 1)
        spread = np.exp(chance.standard_normal(PAGE_COUNT) * LENGTH_SPREAD)
        lengths = np.clip((self._lengths[collections] * spread).astype(np.int64), 2, LENGTH_MAX)
        topics = _drawn(chance, self._popular, PAGE_COUNT)
        stock = chance.random(PAGE_COUNT) < STOCK_SHARE
        lengths[stock] = STOCK_WORDS_COUNT
        begins = np.concatenate(([0], np.cumsum(lengths)))
        said = self._said(chance, topics, lengths, stock)
        hours = chance.choice(24, PAGE_COUNT, p=HOURS / HOURS.sum())
        seconds = np.sort(hours * 3_600 + chance.integers(0, 3_600, PAGE_COUNT))
        authors = _drawn(chance, self._writing, PAGE_COUNT)
        refers = chance.random(PAGE_COUNT) < REFERRING_SHARE
        return Page(
            first=first,
            words=said[: begins[count]],
            begins=begins[:count],
            topics=topics[:count],
            collections=collections[:count],
            authors=authors[:count],
            seconds=seconds[:count] + first // PAGE_COUNT * 86_400,
            refers=refers[:count],
        )

    def _said(
        self, chance: np.random.Generator, topics: Numbers, lengths: Numbers, stock: NDArray[np.bool_]
    ) -> Numbers:
        total = int(lengths.sum())
        of = np.repeat(np.arange(len(lengths)), lengths)
        seconds = _drawn(chance, self._popular, len(lengths))
        source = np.searchsorted(np.cumsum(SHARES[:-1]), chance.random(total))
        said = _drawn(chance, self._common, total)
        ranks = _drawn(chance, self._topical, total)
        said = np.where(source == 1, self._topic_words[topics[of], ranks], said)
        said = np.where(source == 2, self._topic_words[seconds[of], ranks], said)
        repeating = stock[of] & (chance.random(total) >= STOCK_CHANGED_SHARE)
        places = np.arange(total) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return np.where(repeating, self._stock[topics[of], places % STOCK_WORDS_COUNT], said)

    def _written(self, page: Page) -> Iterator[dict[str, JsonValue]]:
        vocabulary = self.words
        said = [vocabulary[word] for word in page.words.tolist()]
        ends = [*page.begins[1:].tolist(), len(said)]
        rows = zip(
            page.begins.tolist(),
            ends,
            page.topics.tolist(),
            page.collections.tolist(),
            page.authors.tolist(),
            page.seconds.tolist(),
            page.refers.tolist(),
            strict=True,
        )
        for at, (begin, end, topic, collection, author, second, refers) in enumerate(rows):
            name, _, _, kind = COLLECTIONS[collection]
            spoken = said[begin:end]
            document: dict[str, JsonValue] = {
                "id": f"made-{page.first + at}",
                "collection": name,
                "kind": kind,
                "text": _sentences(spoken) + (f" See OPS-{second % 9_000}." if refers else ""),
                "author": f"{NAMES[author % len(NAMES)]}.{author}",
                "occurred_at": (BEGINNING + timedelta(seconds=second)).isoformat(),
                "tags": [f"topic-{topic}", f"team-{topic % 12}"] if kind in TITLED else [],
            }
            if kind in TITLED:
                document["title"] = " ".join(spoken[:6]).capitalize()
                document["data"] = {"priority": ("low", "normal", "high")[second % 3], "build": {"number": topic}}
            yield document


def _sentences(spoken: list[str]) -> str:
    if len(spoken) <= SENTENCE_WORDS_COUNT:
        return " ".join(spoken)
    parts = [
        " ".join(spoken[begin : begin + SENTENCE_WORDS_COUNT]).capitalize()
        for begin in range(0, len(spoken), SENTENCE_WORDS_COUNT)
    ]
    return ". ".join(parts) + "."


def _zipf(count: int, exponent: float) -> NDArray[np.float64]:
    """How likely one of the first so many is."""
    weights = 1 / np.arange(1, count + 1, dtype=np.float64) ** exponent
    return np.cumsum(weights / weights.sum())


def _drawn(chance: np.random.Generator, likely: NDArray[np.float64], size: int | tuple[int, ...]) -> Numbers:
    return np.minimum(np.searchsorted(likely, chance.random(size)), len(likely) - 1).astype(np.int64)
