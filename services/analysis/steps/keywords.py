"""The words and phrases that a document is about, by what can be told from the document alone.

A word counts the more, the more often it comes (but twice as often is not twice as much), the earlier, and the longer
it is; one from the title counts for more. A phrase is only one when it comes again. What is only said inside of a
secret is no word of the document: an annotation is seen by more people, and a password may stand alone as well as any.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import log, log2

from pydantic import JsonValue

from services.analysis.redaction import Secret, redact, secrets_in
from services.analysis.step import Desk, Finding, Noted, Step
from services.analysis.words.candidates import candidates, small_words
from services.analysis.words.fields import fields_of
from services.analysis.words.languages import language_of
from services.analysis.words.prose import without_links
from services.analysis.words.tokens import is_unspaced, tokens_of
from shared.contracts.chat import network_and_channel
from shared.contracts.documents import Document

_COUNT_MAX = 10
# What comes later adds hardly anything.
_LOOKED_AT_COUNT_MAX = 50_000
# As it is typed to most bots; a command of another kind costs the figures a word, and nothing else.
_COMMAND = re.compile(r"\s*+![A-Za-z]")
_ACRONYM = re.compile(r"[A-Z](?<![A-Za-z0-9_][A-Z])[A-Z0-9]{1,7}(?![A-Za-z0-9_])")

_TITLE_FACTOR = 1.6
_NAME_FACTOR = 1.25
_PHRASE_FACTOR = 1.3
# By number of characters: from sixteen on a word is just long.
_LENGTH_FACTORS = [log(1 + count) for count in range(17)]


def _keywords(document: Document) -> JsonValue | Finding:
    if _COMMAND.match(document.text or "") and network_and_channel(document.collection):
        return Finding(status="skipped", reason="it was said to a bot")
    fields = fields_of(document)
    small = small_words(language_of(fields).language)
    text = "\n".join(without_links(text[:_LOOKED_AT_COUNT_MAX]) for _, text in fields)
    tokens = tokens_of(text.lower())
    acronyms = frozenset(map(str.lower, _ACRONYM.findall(text)))
    counts = candidates(tokens, small, acronyms)
    title = f" {' '.join(tokens_of((document.title or '').lower()))} "
    scores = _scores(counts, tokens, title, acronyms)
    best = sorted(scores, key=lambda word: (-scores[word], word))[: 3 * _COUNT_MAX]
    chosen = _without_parts(best, counts)[:_COUNT_MAX]
    return {"keywords": [{"word": word, "score": round(scores[word], 4), "count": counts[word]} for word in chosen]}


def _scores(counts: Mapping[str, int], tokens: list[str], title: str, acronyms: frozenset[str]) -> dict[str, float]:
    length = len(tokens)
    first = dict(zip(reversed(tokens), range(length - 1, -1, -1), strict=True))
    by_length = 1 / log2(8 + length)
    scores: dict[str, float] = {}
    for word, count in counts.items():
        place = first.get(word)
        score = _LENGTH_FACTORS[min(len(word), 16)] * by_length
        if count > 1:
            score *= 1 + log(count)
        if place is not None:
            score *= 1.2 - 0.4 * place / length
        elif " " in word:
            score *= _PHRASE_FACTOR
        if word in acronyms or "_" in word:
            score *= _NAME_FACTOR
        scores[word] = score * _TITLE_FACTOR if word in title and f" {word} " in title else score
    return scores


def _without_parts(best: list[str], counts: Mapping[str, int]) -> list[str]:
    """What comes only inside of a phrase, or of a longer piece, is said with it."""
    wholes = [f" {word} " for word in best if " " in word]
    pieces = [word for word in best if not word.isascii() and is_unspaced(word)]
    if not wholes and not pieces:
        return best
    return [
        word
        for word in best
        if not any(
            f" {word} " in whole and word != whole[1:-1] and counts[word] <= counts[whole[1:-1]] for whole in wholes
        )
        and not any(word in piece and word != piece and counts[word] <= counts[piece] for piece in pieces)
    ]


async def _finish(batch: Sequence[Noted], desk: Desk) -> Sequence[Finding]:
    return [_without_secrets(noted) for noted in batch]


def _without_secrets(noted: Noted) -> Finding:
    finding, secrets = noted.findings["keywords"], noted.findings.get("secrets", Finding()).value
    match finding.value, secrets:
        case {"keywords": list(keywords)}, {"secrets": [_, *_]}:
            kept = _said_openly(noted.document, keywords, secrets)
            if len(kept) < len(keywords):
                return replace(finding, value={"keywords": kept})
    return finding


def _said_openly(document: Document, keywords: list[JsonValue], secrets: JsonValue) -> list[JsonValue]:
    """Those that stand somewhere else than in a secret, too."""
    fields = [(text, secrets_in(secrets, name)) for name, text in fields_of(document)]
    hidden = [text[each.start : each.end].lower() for text, some in fields for each in some]
    doubtful = [each for each in keywords if _is_doubtful(_word_of(each), hidden)]
    if not doubtful:
        return keywords
    text = without_links("\n".join(_outside(text, some) for text, some in fields)).lower()
    tokens = f" {' '.join(tokens_of(text))} "
    return [each for each in keywords if each not in doubtful or _stands_in(_word_of(each), text, tokens)]


def _is_doubtful(word: str, hidden: Sequence[str]) -> bool:
    return any(part in secret or secret in part for part in word.split() for secret in hidden)


def _stands_in(word: str, text: str, tokens: str) -> bool:
    return f" {word} " in tokens or (is_unspaced(word) and word in text)


def _outside(text: str, secrets: Sequence[Secret]) -> str:
    """With brackets for each, so that what stands on both sides is no phrase."""
    return redact(text[:_LOOKED_AT_COUNT_MAX], [replace(secret, kind="") for secret in secrets])


def _word_of(keyword: JsonValue) -> str:
    return str(keyword["word"]) if isinstance(keyword, dict) else ""


step = Step(name="keywords", version=2, annotate=_keywords, finish=_finish, needs=("secrets",))
