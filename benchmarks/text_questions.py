"""What a full text is asked, in the search language and in SQLite's, and as what reading every document understands.

A word that is asked for shares its stem with no other word of the corpus: so whether an index looks for other forms of
it makes no difference to what has to be found, only to how long that takes.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import cycle, islice

from benchmarks.corpus.texts import COLLECTIONS, PAGE_COUNT, Corpus
from benchmarks.limits.by_reading import Question, spoken
from services.database.search.text.engine import stems

TWO_WORDS, PHRASE, PREFIX, EITHER = "two words in a collection", "a phrase", "a beginning", "either of two common words"
FACETS, NEWEST = "facets of a common word", "the newest with a common word"
KINDS = (TWO_WORDS, PHRASE, PREFIX, EITHER, FACETS, NEWEST)

QUESTIONS_COUNT = 10_000
COMMON_COUNT = 40
BEGINNING_LENGTH = 5
PHRASE_LENGTH = 2
# Documents mention tickets in these words, which are not of the corpus.
MENTIONING = {"see", "ops"}


@dataclass(frozen=True, slots=True)
class Ask:
    query: str
    # The same for SQLite.
    match: str
    question: Question


def asks_of(corpus: Corpus, count: int) -> Mapping[str, Sequence[Ask]]:
    """So many of each kind."""
    plain = plain_words(corpus)
    common = [word for word in corpus.words[: 4 * COMMON_COUNT] if word in plain][:COMMON_COUNT]
    pairs = [(first, second) for first in common for second in common if first < second]
    rare = [words for _, words in islice(plain_questions(corpus, plain), count)]
    makers: Mapping[str, Iterator[Ask]] = {
        TWO_WORDS: (_all(words, name) for words, (name, *_) in zip(rare, cycle(COLLECTIONS), strict=False)),
        PHRASE: (_phrase(words) for words in _phrases(corpus)),
        PREFIX: (_beginning(words[0][:BEGINNING_LENGTH]) for words in rare),
        EITHER: (_either(words) for words in cycle(pairs)),
        FACETS: (_all([word]) for word in cycle(common)),
        NEWEST: (_all([word]) for word in cycle(common)),
    }
    return {kind: list(islice(maker, count)) for kind, maker in makers.items()}


@cache
def plain_words(corpus: Corpus) -> frozenset[str]:
    """Those that share their stem with none."""
    by_word = {word: stems(word, "en")[0] for word in corpus.words}
    counts = Counter(by_word.values())
    return frozenset(word for word, stem in by_word.items() if counts[stem] == 1) - MENTIONING


def plain_questions(corpus: Corpus, plain: frozenset[str]) -> Iterator[tuple[int, Sequence[str]]]:
    """Each once, with its number among the first `QUESTIONS_COUNT` that the corpus asks."""
    known: set[tuple[str, ...]] = set()
    for number, row in enumerate(corpus.question_words(QUESTIONS_COUNT, 2)):
        words = tuple(sorted(corpus.words[word] for word in row))
        if words not in known and words[0] != words[1] and plain.issuperset(words):
            known.add(words)
            yield number, words


def _phrases(corpus: Corpus) -> Iterator[Sequence[str]]:
    """From the middle of what documents say."""
    for document in cycle(corpus.documents(PAGE_COUNT)):
        words = spoken(document).split()
        middle = len(words) // 2
        if len(words) >= 2 * PHRASE_LENGTH and not MENTIONING & set(words):
            yield words[middle : middle + PHRASE_LENGTH]


def _all(words: Sequence[str], collection: str | None = None) -> Ask:
    return Ask(" ".join(words), " AND ".join(map(_quoted, words)), Question("all", words, collection))


def _phrase(words: Sequence[str]) -> Ask:
    together = _quoted(" ".join(words))
    return Ask(together, together, Question("phrase", words))


def _beginning(letters: str) -> Ask:
    return Ask(f"{letters}*", f"{_quoted(letters)} *", Question("prefix", [letters]))


def _either(words: Sequence[str]) -> Ask:
    return Ask(" OR ".join(words), " OR ".join(map(_quoted, words)), Question("any", words))


def _quoted(words: str) -> str:
    return f'"{words}"'
