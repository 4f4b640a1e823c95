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
    late = [Vital("chat-console", "1.2.3", seconds, {}) for seconds in (5, 60)]
    desk = RehearsalDesk({GetStats: STATS, GetIndexes: IndexReports(indexes=(index(5),))}, vitals=[*ALL, *late])
    assert await answered(desk) == [
        "Up for 1 hour: analysis, bot, database, ingest and search. Up for 1 minute: chat-console.",
        "2 documents stored. The search is up to date.",
    ]


async def test_somebody_is_missing() -> None:
    up = [vital for vital in ALL if vital.name not in ("analysis", "ingest")]
    lines = await answered(RehearsalDesk({GetStats: STATS, GetIndexes: IndexReports(indexes=())}, vitals=up))
    assert lines == [
        "Up for 1 hour: bot, database and search.",
        "The ingest does not answer: what is published waits. "
        "The analysis does not answer: no summaries, no new annotations, and searches go by words alone.",
        "2 documents stored.",
    ]


async def test_what_is_behind() -> None:
    behind = IndexReports(indexes=(index(2), index(5, "BUILDING")))
    desk = RehearsalDesk({GetStats: STATS.model_copy(update={"announced_seq": 4}), GetIndexes: behind}, vitals=ALL)
    assert (await answered(desk))[-1] == (
        "2 documents stored, and 1 change still to be passed on. "
        "The search is 3 changes behind. Made anew just now: text."
    )


async def test_each_failure_costs_its_own_sentence() -> None:
    desk = RehearsalDesk({GetStats: STATS, GetIndexes: TimedOut("no answer\nin time")})
    lines = await answered(desk)
    assert lines[0] == "Nobody says to be up."
    assert lines[-1] == "2 documents stored. The search does not say how far it is."
    silent = (await answered(RehearsalDesk()))[-1]
    assert silent == "The database does not say how much is stored. The search does not say how far it is."


class DeafDesk(RehearsalDesk):
    async def vitals(self) -> list[Vital]:
        raise TimedOut("nobody was heard")


async def test_the_bus_is_away() -> None:
    assert (await answered(DeafDesk()))[0] == "The bus does not say who is up."
