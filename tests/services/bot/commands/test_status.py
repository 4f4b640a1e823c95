"""`status`: who is up, who is missing, and how far each has come."""

from datetime import timedelta

from services.bot.command import Vital
from services.bot.commands.status import commands
from services.bot.rehearsal import MOMENT, RehearsalDesk, rehearse
from shared.contracts.search import GetIndexes, IndexReport, IndexReports
from shared.contracts.stats import GetStats, Stats
from shared.errors import TimedOut

[STATUS] = commands
ALL = [Vital(name, "1.2.3", 3_600, {}) for name in ("ingest", "database", "search", "analysis", "bot")]
STATS = Stats(documents=2, last_seq=5, announced_seq=5, collections=())


def index(applied_seq: int, state: str = "READY") -> IndexReport:
    report = IndexReport(index="text", state="READY", applied_seq=applied_seq, last_seq=5, documents=2)
    return report.model_copy(update={"state": state})


async def answered(desk: RehearsalDesk) -> list[str]:
    return list((await rehearse(STATUS, desk=desk, at=MOMENT + timedelta(minutes=90))).lines)


async def test_all_is_well() -> None:
    desk = RehearsalDesk({GetStats: STATS, GetIndexes: IndexReports(indexes=(index(5),))}, vitals=ALL)
    assert await answered(desk) == [
        "Up: analysis for 1 hour, bot for 1 hour, database for 1 hour, ingest for 1 hour and search for 1 hour.",
        "2 documents, 5 changes, all announced. The indexes are up to date. The bot has been up for 1 hour 30 minutes.",
    ]


async def test_somebody_is_missing() -> None:
    up = [vital for vital in ALL if vital.name not in ("analysis", "ingest")]
    lines = await answered(RehearsalDesk({GetStats: STATS, GetIndexes: IndexReports(indexes=())}, vitals=up))
    assert lines[1] == (
        "ingest does not answer: what is published waits. "
        "analysis does not answer: no new annotations, and searches go by words alone."
    )
    assert len(lines) == 3


async def test_what_is_behind() -> None:
    behind = IndexReports(indexes=(index(2), index(5, "BUILDING")))
    desk = RehearsalDesk({GetStats: STATS.model_copy(update={"announced_seq": 3}), GetIndexes: behind}, vitals=ALL)
    assert (await answered(desk))[-1].startswith(
        "2 documents, 5 changes, 2 of them not announced yet. "
        "Of the indexes, text is 3 behind and text is 0 behind and building. "
    )


async def test_each_failure_costs_its_own_sentence() -> None:
    desk = RehearsalDesk({GetStats: STATS, GetIndexes: TimedOut("no answer\nin time")})
    lines = await answered(desk)
    assert lines[0] == "Nobody says to be up."
    assert lines[-1] == (
        "2 documents, 5 changes, all announced. The search does not say how far its indexes are. "
        "The bot has been up for 1 hour 30 minutes."
    )
    silent = (await answered(RehearsalDesk()))[-1]
    assert "The database does not say how much is stored." in silent
    assert "The search does not say how far its indexes are." in silent


class DeafDesk(RehearsalDesk):
    async def vitals(self) -> list[Vital]:
        raise TimedOut("nobody was heard")


async def test_the_bus_is_away() -> None:
    first, last = await answered(DeafDesk())
    assert first == "The bus does not say who is up."
    assert last.endswith("The bot has been up for 1 hour 30 minutes.")
