"""Everything of a tenant that is counted or looked up by key, in one SQLite file of its own.

It also remembers how far all the tenant's indexes have come: the others commit first. A document's row says what was
counted of it, so the same batch, told twice, changes nothing the second time.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from services.database.search.figures import (
    documents,
    duplicates,
    examining,
    feedback,
    scopes,
    spending,
    standing,
    words,
)
from services.database.search.figures.bands import Bands
from services.database.search.figures.documents import Known
from services.database.search.figures.facts import Facts, facts_of, state_of
from services.database.search.figures.file import FiguresFile
from services.database.search.figures.progress import Progress
from services.database.search.figures.standing import Due
from services.database.search.figures.tallies import Tallies
from services.database.search.index import Batch, Present
from services.database.sqlite import driver
from shared.contracts.feedback import FEEDBACK_COLLECTION, FeedbackItem, FeedbackSummary
from shared.contracts.figures import Figures, GetFigures
from shared.contracts.search import Duplicate, IndexFinding
from shared.contracts.standing import STANDING_COLLECTION, StandingQuery

__all__ = ["FiguresIndex", "state_of"]


class FiguresIndex:
    def __init__(self, file: FiguresFile) -> None:
        self._file = file
        with file.looking_ahead() as connection:
            self._progress = Progress.read(connection)
            self._bands = Bands(connection)
        # Rows of words that may have come since it was last seen how many there are.
        self._words_count = 0

    @classmethod
    def open(cls, folder: Path) -> "FiguresIndex":
        """Raises `Outdated`, as everything here does as soon as the file turns out to be damaged."""
        file = FiguresFile(folder)
        try:
            return cls(file)
        except BaseException:
            file.close()
            raise

    @property
    def applied(self) -> int:
        """How far all the tenant's indexes have come, with what isn't committed yet."""
        return self._progress.applied

    def apply(self, batch: Batch) -> None:
        present = {each.no: each for each in batch.present}
        with self._writing() as connection:
            known = documents.known(connection, [*present, *(no for no in batch.gone if no not in present)])
            facts = {no: facts_of(each) for no, each in present.items()}
            for no in [no for no, each in known.items() if no in facts and each.state == facts[no].state]:
                del known[no], facts[no]
            self._count(connection, known, facts)
            self._take_away(connection, known, [no for no in known if no not in facts])
            self._add(connection, facts, present)
            spending.take(connection, batch.present)
            self._progress.applied = max(self._progress.applied, batch.until_seq)

    def _count(self, connection: driver.Connection, known: Mapping[int, Known], facts: Mapping[int, Facts]) -> None:
        tallies = Tallies()
        for old in known.values():
            tallies.subtract(old)
        for no, new in facts.items():
            tallies.add(new, is_new=no not in known)
        self._words_count += scopes.write(connection, tallies.scopes())
        if self._words_count > words.LOOKED_AFTER_COUNT:
            words.cut_back(connection, words.ROWS_MAX)
            self._words_count = 0

    def _take_away(self, connection: driver.Connection, known: Mapping[int, Known], gone: Sequence[int]) -> None:
        duplicates.forget(connection, [each.place for each in known.values() if each.place], self._progress)
        feedback.forget(connection, [no for no, each in known.items() if each.collection == FEEDBACK_COLLECTION])
        standing.drop(connection, [no for no in gone if known[no].collection == STANDING_COLLECTION])
        standing.forget(connection, gone)
        spending.forget(connection, gone)
        documents.remove(connection, gone)
        self._progress.malformed -= sum(each.malformed for each in known.values())

    def _add(self, connection: driver.Connection, facts: Mapping[int, Facts], present: Mapping[int, Present]) -> None:
        pieces = {no: feedback.piece_of(present[no]) for no in _within(FEEDBACK_COLLECTION, facts)}
        told = {no: standing.told_by(present[no]) for no in _within(STANDING_COLLECTION, facts)}
        malformed = {no for no, made in (*pieces.items(), *told.items()) if made is None}
        feedback.write(connection, [piece for piece in pieces.values() if piece is not None])
        standing.write(connection, [each for each in told.values() if each is not None])
        standing.drop(connection, [no for no, each in told.items() if each is None])
        places = duplicates.write(connection, self._bands, facts, self._progress)
        documents.write(connection, facts, places, malformed)
        self._progress.malformed += len(malformed)

    def commit(self) -> None:
        if self._file.has_uncommitted:
            with self._writing() as connection:
                self._progress.write(connection)
                self._file.commit()
        self._bands.show()

    def carry_over(self, old: "FiguresIndex") -> None:
        """What documents don't tell: high-water marks, what has matched, what was spent on notes that were replaced.
        Both are complete, and committed by it."""
        old.commit()
        self.commit()
        with self._file.beside(old._file.path) as connection:
            scopes.carry_over(connection)
            spending.carry_over(connection)
            standing.carry_over(connection)

    @contextmanager
    def _writing(self) -> Iterator[driver.Connection]:
        # Until what is in memory agrees with the file again, nobody else may write.
        with self._file.lock:
            try:
                with self._file.writing() as connection:
                    yield connection
            except BaseException:
                with self._file.looking_ahead() as connection:
                    self._progress = Progress.read(connection)
                    self._bands.load(connection)
                raise

    def numbers_of(self, ids: Sequence[str]) -> dict[str, int]:
        """Of the documents that are known, with what isn't committed yet."""
        with self._file.looking_ahead() as connection:
            return documents.numbers_of(connection, ids)

    def figures(self, asked: GetFigures) -> Figures:
        """What was spent is told of the whole tenant only."""
        is_whole = asked.collection is None and asked.author is None
        with self._file.reading() as connection:
            found = scopes.figures(connection, asked)
            spent = spending.lines(connection) if is_whole else ()
            applied = Progress.read(connection).applied
        return found.model_copy(update={"spending": spent, "applied_seq": applied})

    def duplicates(self, items: Sequence[tuple[str, str]], limit: int) -> dict[str, list[Duplicate]]:
        """Of documents, given by id and encoded signature, those that almost say the same; the most similar first. One
        whose signature is none is left out."""
        signed = [(id, signature) for id, text in items if (signature := duplicates.decoded(text)) is not None]
        with self._file.reading() as connection:
            return duplicates.find(connection, self._bands, signed, limit)

    def feedback(
        self, about: str | None, step: str | None, limit: int, before_no: int | None = None
    ) -> tuple[list[FeedbackItem], int | None]:
        """The newest first, and the `before_no` of the next page, if there is one."""
        with self._file.reading() as connection:
            return feedback.items(connection, about, step, limit, before_no)

    def feedback_summary(self, step: str | None = None) -> list[FeedbackSummary]:
        """Of each version of each step, and of searches; or of one step."""
        with self._file.reading() as connection:
            return feedback.summaries(connection, step)

    @property
    def malformed(self) -> int:
        """Documents that are in a collection of the house, but don't hold what it is for."""
        return self._progress.malformed

    def standing(self, limit: int | None = None) -> list[StandingQuery]:
        """The oldest first, with those that aren't committed yet: a document may follow its query closely."""
        with self._file.looking_ahead() as connection:
            return standing.queries(connection, limit)

    def matched(self, name: str, pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """Note that these documents, given by number and version, match; returns those that are new to it. They are
        due from the next commit on."""
        with self._writing() as connection:
            return standing.note(connection, name, pairs)

    def outbox(self, limit: int) -> list[Due]:
        with self._file.reading() as connection:
            return standing.due(connection, limit)

    def sent(self, keys: Sequence[str]) -> None:
        """They were announced. Any thread may say so; it is written at once, or with the batch that is under way."""
        with self._file.lock:
            is_alone = not self._file.has_uncommitted
            with self._writing() as connection:
                standing.sent(connection, keys)
            if is_alone:
                self.commit()

    def numbers(self) -> Iterator[int]:
        """Of all documents, ascending."""
        last = -(1 << 63)
        while True:
            with self._file.reading() as connection:
                page = documents.numbers(connection, last)
            yield from page
            if not page:
                return
            last = page[-1]

    def states(self, numbers: Sequence[int]) -> dict[int, int]:
        """What `state_of` said of each when it was counted; those that weren't are left out."""
        with self._file.reading() as connection:
            return documents.states(connection, numbers)

    def examine(self) -> list[IndexFinding]:
        """Where the figures don't agree with the documents that they were made of. Reads all of them."""
        with self._file.reading() as connection:
            return examining.findings(connection)

    @property
    def documents(self) -> int:
        """Those that are counted."""
        with self._file.reading() as connection:
            return scopes.documents(connection)

    @property
    def bytes(self) -> int:
        return self._file.bytes

    def close(self) -> None:
        self._file.close()


def _within(collection: str, facts: Mapping[int, Facts]) -> list[int]:
    return [no for no, each in facts.items() if each.collection == collection]
