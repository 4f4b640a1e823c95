"""What in a text may be a keyword: words that are no small ones, and phrases and pieces that come again."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set

from services.analysis.words.function_words import FUNCTION_WORDS
from services.analysis.words.languages import UNDETERMINED
from services.analysis.words.tokens import is_unspaced

# English is mixed into texts of every language.
_EVERYWHERE = FUNCTION_WORDS["en"]
_ALL = frozenset(word for language in ("en", "de", "fr", "es", "it", "pt", "nl") for word in FUNCTION_WORDS[language])
_SMALL = {language: words | _EVERYWHERE for language, words in FUNCTION_WORDS.items()}

_CHARACTERS_MIN = 3
_CHARACTERS_MAX = 40
_PHRASE_WORDS_MAX = 3
_CHINESE_PIECE = re.compile("[\u4e00-\u9fff\u3400-\u4dbf]+|[\u30a0-\u30ff]{2,}")
_PIECE_CHARACTERS_MAX = 4
# They join and bend words, and are in few: a keyword begins and ends there.
_CHINESE_SMALL = re.compile(
    "今天|明天|昨天|现在|已经|我们|他们|可以|需要|[的了是在和与及就都而也很还又我你他她它们这那有没不吗呢吧啊把被给对从到为以并或但会能要可请谢个些什么"
    "怎哪谁下再上说去来做让用后前]"
)


def small_words(language: str) -> Set[str]:
    return _ALL if language == UNDETERMINED else _SMALL.get(language, _EVERYWHERE)


def candidates(tokens: Sequence[str], small: Set[str], acronyms: Set[str]) -> dict[str, int]:
    """How often each comes, in the order of where they come first. The tokens are in small letters."""
    counts = Counter(tokens)
    found = {
        word: count
        for word, count in counts.items()
        if word not in small
        and (_CHARACTERS_MIN <= len(word) <= _CHARACTERS_MAX or word in acronyms)
        and (word.isalpha() or _is_name(word))
    }
    unspaced = [word for word in counts if not word.isascii() and is_unspaced(word)]
    for run in unspaced:
        found.pop(run, None)
    if unspaced:
        found |= _pieces(tokens, frozenset(unspaced))
    return found | _phrases(tokens, {word for word, count in found.items() if count > 1})


def _is_name(word: str) -> bool:
    """Not a number, with or without a unit; but `k8s`, `max_bytes` and `follow-up` are names."""
    if not word[0].isalnum() and word[0] != "_":
        return False
    return not word[0].isdecimal() or sum(map(str.isalpha, word)) > 2


def _phrases(tokens: Sequence[str], again: Set[str]) -> dict[str, int]:
    """Those that come again: so each of their words does."""
    phrases: Counter[str] = Counter()
    run: list[str] = []
    for token in tokens:
        if token in again:
            run = [*run[1 - _PHRASE_WORDS_MAX :], token]
            phrases.update(" ".join(run[-count:]) for count in range(2, len(run) + 1))
        elif run:
            run = []
    return {phrase: count for phrase, count in phrases.items() if count > 1}


def _pieces(tokens: Sequence[str], unspaced: Set[str]) -> dict[str, int]:
    """Of Chinese and Japanese: short pieces between the small words, and what comes again inside of longer ones."""
    counts: Counter[str] = Counter()
    whole: set[str] = set()
    for token in tokens:
        if token in unspaced:
            for piece in _between_small_words(token):
                if len(piece) <= _PIECE_CHARACTERS_MAX or "\u30a0" <= piece[0] <= "\u30ff":
                    whole.add(piece)
                    counts[piece] += 1
                for count in range(2, min(len(piece), _PIECE_CHARACTERS_MAX + 1)):
                    counts.update(piece[start : start + count] for start in range(len(piece) - count + 1))
    return {piece: count for piece, count in counts.items() if count > 1 or piece in whole}


def _between_small_words(run: str) -> Iterator[str]:
    for part in _CHINESE_SMALL.split(run):
        for match in _CHINESE_PIECE.finditer(part):
            if len(match[0]) > 1:
                yield match[0]
