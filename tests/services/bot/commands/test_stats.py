"""`stats`: how much is kept of this channel or of somebody, who says most, and when."""

from services.bot.command import Place
from services.bot.commands.stats import commands
from services.bot.rehearsal import RehearsalDesk, rehearse
from shared.contracts.figures import Count, Figures, GetFigures, HighWater
from shared.contracts.stats import CollectionStats, GetStats, Stats
from tests.services.bot.samples import EARLIER, HOSTILE, is_one_line

[STATS] = commands
FIGURES = Figures(
    documents=1_200,
    authors=2,
    first_at=EARLIER,
    hours=(*[0] * 14, 9, *[1] * 9),
    high_water=HighWater(documents=40, minute=EARLIER),
    top_authors=(Count(value="ada", count=1_000), Count(value="bob", count=200)),
    top_keywords=(Count(value="printer", count=7),),
)
KEPT = Stats(
    documents=9,
    last_seq=9,
    announced_seq=9,
    collections=(CollectionStats(collection="chat.console.general", documents=3, last_seq=3, last_at=EARLIER),),
)
NOTHING = Stats(documents=0, last_seq=0, announced_seq=0, collections=())


async def test_of_the_channel() -> None:
    answer = await rehearse(STATS, desk=RehearsalDesk({GetFigures: FIGURES}))
    assert answer.lines == [
        "general: 1,200 lines by 2 authors since 2026-01-01 11:30 UTC.",
        "Most was said by ada (1,000) and bob (200).",
        "Most in one minute: 40, at 2026-01-01 11:30 UTC. The busiest hour begins at 14:00 UTC.",
        "Mostly about printer (7).",
    ]


async def test_of_somebody() -> None:
    def reply(query: GetFigures) -> Figures:
        assert query.author == "ada"
        return Figures(documents=1, authors=1) if query.collection == "chat.console.general" else FIGURES

    lines = (await rehearse(STATS, "@ada", desk=RehearsalDesk({GetFigures: reply}))).lines
    assert lines[0] == "ada: 1 line here and 1,200 lines in all, the first one of 2026-01-01 11:30 UTC."
    assert lines[-1] == "Mostly about printer (7)."


async def test_of_nobody_and_of_nothing() -> None:
    desk = RehearsalDesk({GetFigures: Figures(documents=0, authors=0)})
    assert (await rehearse(STATS, "nobody", desk=desk)).lines == ["Nothing is kept of nobody yet."]
    assert (await rehearse(STATS, desk=desk)).lines == ["Nothing is kept of general yet."]


async def test_without_the_search_there_are_totals() -> None:
    answer = await rehearse(STATS, desk=RehearsalDesk({GetStats: KEPT}))
    assert answer.lines == [
        "general: 3 lines, the last one of 2026-01-01 11:30 UTC.",
        "The search does not answer, so there are no other figures.",
    ]


async def test_in_private_there_are_totals() -> None:
    private = Place("irc", "@ada")
    answer = await rehearse(STATS, desk=RehearsalDesk({GetStats: NOTHING}), place=private)
    assert answer.lines == ["Nothing is kept of this conversation yet."]
    kept = NOTHING.model_copy(
        update={"collections": (CollectionStats(collection="chat.irc.@ada", documents=1, last_seq=1),)}
    )
    answer = await rehearse(STATS, desk=RehearsalDesk({GetStats: kept}), place=private)
    assert answer.lines == ["This conversation: 1 line."]
    [line, *_] = (await rehearse(STATS, "bob", desk=RehearsalDesk({GetFigures: FIGURES}), place=private)).lines
    assert line.startswith("bob: 1,200 lines in all, ")


async def test_hostile_names_are_harmless() -> None:
    hostile = (Count(value=HOSTILE[:900], count=1),) * 5
    figures = Figures(documents=5, authors=5, top_authors=hostile, top_keywords=hostile)
    for line in (await rehearse(STATS, desk=RehearsalDesk({GetFigures: figures}))).lines:
        assert is_one_line(line)
