"""The full-text engine: the one module that imports tantivy, and its shape in types.

It knows fields and terms. What a document is made into, and what a query means, is decided by others.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol, cast

import tantivy

from services.database.search.index import Outdated
from services.database.search.text.fields import COUNTED, EXACT, NUMBERS, STEMMED, TIMES, WORD_BYTES_MAX

# How it is fed; all of it is written out at the latest when it holds so much.
_HEAP_BYTES = 50_000_000

Query = tantivy.Query
Error: type[Exception] = ValueError


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("no", indexed=True, fast=True)
    builder.add_unsigned_field("state", fast=True)
    builder.add_boolean_field("house", indexed=True)
    for name in ("title", "text"):
        builder.add_text_field(name, tokenizer_name="words")
    for language in sorted(set(STEMMED.values())):
        builder.add_text_field(f"stems_{language}", tokenizer_name=language, index_option="freq")
    for name in COUNTED:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in EXACT:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in TIMES:
        builder.add_integer_field(name, fast=True)
    return builder.build()


_SCHEMA = _schema()


@cache
def _analyzer(language: str | None = None) -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    builder = builder.filter(tantivy.Filter.remove_long(WORD_BYTES_MAX)).filter(tantivy.Filter.lowercase())
    if language is not None:
        builder = builder.filter(tantivy.Filter.stemmer(language))
    return builder.filter(tantivy.Filter.ascii_fold()).build()


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    # Which word of the text it is.
    position: int
    begin: int
    end: int


def tokens(prepared: str) -> list[Token]:
    found = _analyzer().pre_tokenize(prepared).tokens
    return [Token(each.text, each.position, each.char_offset_from, each.char_offset_to) for each in found]


def stems(prepared: str, language: str) -> list[str]:
    """One for each token."""
    return _analyzer(STEMMED[language]).analyze(prepared)


# ------------------------------------------------------------------------------------------------------- queries


def everything() -> Query:
    return silent(Query.all_query())


def nothing() -> Query:
    return Query.empty_query()


def term(field: str, value: str | int | bool) -> Query:
    return Query.term_query(_SCHEMA, field, value)


def phrase(field: str, words: Sequence[tuple[int, str]]) -> Query:
    """At least two of them, each with its position."""
    return Query.phrase_query(_SCHEMA, field, list(words))


def one_of_terms(field: str, values: Sequence[str]) -> Query:
    return Query.term_set_query(_SCHEMA, field, values) if values else nothing()


def matching(field: str, pattern: str) -> Query:
    return Query.regex_query(_SCHEMA, field, pattern)


def one_of(numbers: Sequence[int]) -> Query:
    return silent(Query.term_set_query(_SCHEMA, "no", numbers)) if numbers else nothing()


def between(field: str, first: int | None, last: int | None) -> Query:
    """Both included."""
    kind = tantivy.FieldType.Unsigned if field in NUMBERS else tantivy.FieldType.Integer
    return silent(Query.range_query(_SCHEMA, field, kind, first, last))


def silent(query: Query) -> Query:
    """It says which, and nothing about how well."""
    return Query.const_score_query(query, 0.0)


def weighted(query: Query, weight: float) -> Query:
    return Query.boost_query(query, weight)


def all_of(queries: Sequence[Query], none_of: Sequence[Query] = ()) -> Query:
    if not none_of and len(queries) == 1:
        return queries[0]
    parts = [(tantivy.Occur.Must, each) for each in queries or [everything()]]
    return Query.boolean_query(parts + [(tantivy.Occur.MustNot, each) for each in none_of])


def any_of(queries: Sequence[Query]) -> Query:
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(tantivy.Occur.Should, each) for each in queries]) if queries else nothing()


# ------------------------------------------------------------------------------------------------------- reading


class _Counted(Protocol):
    """What a result is, too; the library's types don't say so."""

    @property
    def count(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Ranked:
    # By what they were asked for, with the number of the document.
    hits: list[tuple[float, int]]
    total: int


class Snapshot:
    """The index as it was at a commit. It may be asked by many threads."""

    def __init__(self, searcher: tantivy.Searcher, highest: int | None) -> None:
        self._searcher = searcher
        if highest is None:
            newest = self.ordered(Query.all_query(), "no", 1).hits
            highest = newest[0][1] if newest else -1
        # No document has a greater number.
        self.highest = highest
        self.documents = searcher.num_docs
        self.languages = tuple(
            language for language, _ in searcher.terms_with_prefix("language", "") if language in STEMMED
        )

    def best(self, query: Query, count: int) -> Ranked:
        return self._ranked(self._searcher.search(query, count))

    def ordered(self, query: Query, field: str, count: int, *, ascending: bool = False) -> Ranked:
        order = tantivy.Order.Asc if ascending else tantivy.Order.Desc
        return self._ranked(self._searcher.search(query, count, order_by_field=field, order=order))

    def _ranked(self, result: tantivy.SearchResult) -> Ranked:
        found = result.hits
        numbers = self._searcher.fast_field_values("no", [address for _, address in found])
        hits = [(key, cast(int, no)) for (key, _), no in zip(found, numbers, strict=True)]
        return Ranked(hits, cast(_Counted, result).count)

    def beginning(self, field: str, prefix: str, count: int) -> list[str]:
        """The most frequent words that begin so."""
        return [word for word, _ in self._searcher.terms_with_prefix(field, prefix, limit=count)]

    def states(self, numbers: Sequence[int]) -> dict[int, int]:
        if not numbers:
            return {}
        found = self._searcher.search(one_of(numbers), len(numbers), count=False).hits
        addresses = [address for _, address in found]
        nos = cast(list[int], self._searcher.fast_field_values("no", addresses))
        states = cast(list[int], self._searcher.fast_field_values("state", addresses))
        return dict(zip(nos, states, strict=True))

    def counted(self, query: Query, fields: Sequence[str], count: int) -> dict[str, list[tuple[str, int]]]:
        # Each segment tells all that it has, or the sums would be wrong.
        terms = {"size": count, "segment_size": 65_000}
        answer = self._searcher.aggregate(query, {field: {"terms": {"field": field, **terms}} for field in fields})
        return {
            field: [(bucket["key"], bucket["doc_count"]) for bucket in answer[field]["buckets"]] for field in fields
        }


# ------------------------------------------------------------------------------------------------------- writing


class Engine:
    def __init__(self, index: tantivy.Index) -> None:
        self._index = index
        self._writer: tantivy.IndexWriter | None = None

    @classmethod
    def open(cls, folder: Path) -> "Engine":
        try:
            index = tantivy.Index(_SCHEMA, str(folder))
        except Error as error:
            raise Outdated(str(error)) from error
        # Otherwise a thread looks for commits of other processes.
        index.config_reader("manual")
        index.register_tokenizer("words", _analyzer())
        for language in set(STEMMED.values()):
            index.register_tokenizer(language, _analyzer(language))
        return cls(index)

    def snapshot(self, highest: int | None = None) -> Snapshot:
        self._index.reload()
        return Snapshot(self._index.searcher(), highest)

    def add(self, document: str) -> None:
        """A JSON object: values by field."""
        self._writing().add_json(document)

    def delete(self, numbers: Sequence[int]) -> None:
        """Of those that were added before. By a query, because by its number as a term the engine finds no document."""
        if numbers:
            self._writing().delete_documents_by_query(one_of(numbers))

    def commit(self) -> None:
        self._writing().commit()

    @property
    def is_writing(self) -> bool:
        return self._writer is not None

    def rest(self) -> None:
        """Let merges end, and let go of memory and threads."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            writer.wait_merging_threads()

    def clean(self) -> None:
        """Remove what was merged into something else, and is read by nobody any more."""
        self._writing().garbage_collect_files()

    def close(self) -> None:
        """What wasn't committed is gone."""
        self._writer = None

    def _writing(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._writer = self._index.writer(_HEAP_BYTES, num_threads=1)
        return self._writer


def bytes_of(folder: Path) -> int:
    total = 0
    for file in folder.iterdir():
        # Merged away just now.
        with contextlib.suppress(FileNotFoundError):
            total += file.stat().st_size
    return total
