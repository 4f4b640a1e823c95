"""`postil stats`: the figures of a tenant, a collection, an author."""

import io

from rich.console import Console

from services.cli.commands.stats import figures_picture
from shared.contracts.figures import Figures, Spending
from tests.services.cli.postil import Postil

TRICK = "mal\u202e [red]" + "x" * 100


def rows(out: str) -> dict[str, str]:
    return {line[:17].strip(): line[17:].strip() for line in out.splitlines()}


async def test_who_writes_and_when(searching: Postil) -> None:
    await searching.save("chat", {"text": "a", "author": "ada"}, {"text": "b", "author": "ada"}, {"text": "c"})
    await searching.save("notes", {"text": "d", "author": TRICK})

    everything, chat = searching("stats").out, rows(searching("stats", "chat").out)

    assert "\u202e" not in everything
    assert rows(everything)["top authors"].startswith("ada 2, mal\N{REPLACEMENT CHARACTER} [red]x")
    assert "x" * 30 not in everything
    assert (chat["documents"], chat["authors"], chat["top authors"]) == ("3", "1", "ada 2")
    assert chat["most in a minute"].startswith("3, 2")
    assert chat["hours (UTC)"].count("█") == 1
    assert (searching.line("stats", "notes", "--author", "ada")["documents"], searching.line("stats")["documents"]) == (
        0,
        4,
    )


def test_of_nothing_there_is_little_to_say(searching: Postil) -> None:
    assert rows(searching("stats", "nothing").out).keys() == {"documents  0", "authors    0"}
    assert "joined by dots" in searching("stats", "no name!", code=2).err
    assert searching.line("stats", "--top", "1")["documents"] == 0


async def test_about_what_and_in_which_language(annotating: Postil) -> None:
    text = "The lighthouse keeper cleans the lighthouse lamp every single evening."
    await annotating.save_and_annotate("notes", {"text": text})

    said = rows(annotating("stats").out)

    assert "lighthouse 1" in said["keywords"]
    assert said["languages"] == "en 1"


def test_what_was_spent_is_told_by_day_and_step() -> None:
    spent = Spending(
        day="2026-01-02", step="summary", annotations=1_000, tokens_in=2_000, tokens_out=345, micro_usd=6_700
    )
    console = Console(file=io.StringIO(), width=200)
    console.print(figures_picture(Figures(documents=1, authors=0, spending=(spent,))))
    assert isinstance(console.file, io.StringIO)
    assert "summary 2026-01-02  1,000 annotations, 2,345 tokens, 0.0067 USD" in console.file.getvalue()
