"""`postil search` and `postil similar`, beside a search service that runs."""

import pytest

from tests.services.cli.postil import Postil
from tests.services.cli.spine import Spine

JAM = {"id": "jam", "title": "Paper jam", "text": "The printer on the second floor eats paper.", "author": "ada"}
SLOW = {"id": "slow", "text": "The printer takes a minute for each page.", "author": "bob", "tags": ["old"]}
LASER = {"id": "laser", "text": "A laser printer, as good as new.", "author": "ada", "tags": ["old", "good"]}
SCRIPT = {"id": "卡纸", "title": "打印机卡纸了", "text": "二楼的打印机又卡纸了。", "author": "李雷"}
TEXT = ("--mode", "text")


@pytest.fixture
async def tickets(searching: Postil) -> Postil:
    await searching.save("tickets", JAM, SLOW, LASER, SCRIPT)
    return searching


def ids(out: str) -> list[str]:
    return [line.split("  ")[0] for line in out.splitlines() if "  tickets  " in line]


async def test_documents_are_found_by_their_words(tickets: Postil) -> None:
    ran = tickets("search", "printer", "paper", *TEXT)

    head, *body = ran.out.splitlines()
    assert head.startswith("jam  tickets  2")
    assert float(head.rpartition("  ")[2]) > 0
    assert body == ["Paper jam", "The printer on the second floor eats paper."]
    assert ran.err == "1 of 1\n"


async def test_for_programs_the_answer_is_one_object(tickets: Postil) -> None:
    (found,) = tickets.lines("search", '"paper jam"', *TEXT, "--facet", "author", "--explain")

    assert [(hit["id"], hit["document"]["author"]) for hit in found["hits"]] == [("jam", "ada")]
    assert found["hits"][0]["highlights"][0] == {"field": "title", "spans": [[0, 9]]}
    assert found["facets"] == {"author": [{"value": "ada", "count": 1}]}
    assert found["explanation"]["understood"] == '"paper jam"'
    assert (found["total"], found["next"], found["degraded"]) == (1, None, [])


async def test_what_is_missing_is_told_and_is_no_failure(tickets: Postil) -> None:
    ran = tickets("search", "printer")

    assert len(ids(ran.out)) == 3
    assert ran.err.splitlines() == ["no document has a vector yet: searched the text only", "3 of 3"]
    assert tickets("search", "nothing-like-it", *TEXT) == tickets("search", "lang:xx", *TEXT)
    assert tickets("search", "lang:xx").err == "there are none\n"


async def test_before_the_first_document_there_are_none(searching: Postil) -> None:
    ran = searching("search", "printer")
    assert (ran.out, ran.err) == ("", "there are none\n")
    assert "has no documents yet" in searching("similar", "--text", "printer", code=3).err


async def test_a_search_goes_on_page_by_page(tickets: Postil) -> None:
    query = ("search", "printer", *TEXT, "--limit", "2", "--sort", "time")
    first = tickets(*query)
    second = tickets(*query, "--after", first.err.split("--after ")[1].strip())

    assert first.err.startswith("2 of 3; go on with --after ")
    assert [*ids(first.out), *ids(second.out)] == ["laser", "slow", "jam"]
    assert second.err == "1 of 3\n"
    assert "not a cursor of this search" in tickets(*query, "--after", "there", code=4).err


async def test_what_shall_not_be_there_may_begin_with_a_dash(tickets: Postil) -> None:
    assert ids(tickets("search", "printer", "-laser", "--sort", "time", "-author:bob").out) == ["jam"]
    assert ids(tickets("search", "printer", "--filter", "-author:bob", "--sort", "time").out) == ["laser", "jam"]
    assert ids(tickets("search", *TEXT, "--", "-tag:old", "printer").out) == ["jam"]
    assert "Example:" in tickets("search", "-h").out
    assert "No such option" in tickets("search", "--laser", code=2).err


async def test_facets_and_explanations_stand_below(tickets: Postil) -> None:
    out = tickets("search", "printer", *TEXT, "--facet", "author", "--facet", "tag", "--explain").out
    lines = [line.split() for line in out.splitlines()]

    for line in (["author", "2", "ada"], ["author", "1", "bob"], ["tag", "2", "old"], ["understood", "printer"]):
        assert line in lines
    assert [line[0] for line in lines if line[1:2] == ["READY"]] == ["text", "vectors", "figures"]
    assert "facet" not in tickets("search", "nothing-like-it", *TEXT, "--facet", "tag").out


async def test_wide_characters_are_found_and_pointed_under(tickets: Postil) -> None:
    assert ids(tickets("search", "打印机", *TEXT).out) == ["卡纸"]

    ran = tickets("search", "打印机", "autor:李雷", "--filter", "title:", code=4)

    assert ran.out == ""
    query, under, condition, under_condition, sentence = ran.err.splitlines()
    assert (query, under) == ("  打印机 autor:李雷", "         ^")
    assert (condition, under_condition) == ("  title:", "        ^")
    assert sentence.startswith("postil: at 5: there is no field 'autor'; did you mean 'author:'?")


async def test_a_document_does_no_harm(searching: Postil) -> None:
    trick, name = "printer \x1b]0;owned\x07 \x9b31m [red]", "printer \u202eolleh [red]"
    await searching.save("tickets", {"id": "evil", "title": name, "text": trick, "author": name, "tags": [name]})

    ran = searching("search", "printer", *TEXT, "--facet", "tag", "--facet", "author", "--explain")

    assert ran.out.count("[red]") == 5
    assert not set("\x1b\x07\x9b\u202e") & set(ran.out + ran.err)
    assert searching.line("search", "printer")["hits"][0]["document"]["text"] == trick


async def test_what_can_not_be_asked_is_wrong_usage(tickets: Postil) -> None:
    for arguments, said in (
        (("search", "x", "--mode", "loud"), "'semantic'"),
        (("search", "x", "--sort", "size"), "'relevance'"),
        (("search", "x", "--facet", "size"), "'facets.0' should be 'collection', 'kind'"),
        (("search",), "Missing argument"),
        (("similar",), "give a document's id, or --text"),
        (("similar", "jam", "--text", "x"), "give a document's id, or --text"),
    ):
        assert said in tickets(*arguments, code=2).err
    assert "at most" in tickets("search", "x", "--limit", "100000", code=4).err
    assert "nope" in tickets("similar", "nope", code=3).err
    assert "  tag:\n      ^\n" in tickets("similar", "jam", "--filter", "tag:", code=4).err


async def test_without_the_embedder_words_are_compared(tickets: Postil) -> None:
    ran = tickets("similar", "jam")
    assert ids(ran.out)[0] in ("slow", "laser")
    assert "compared the words only" in ran.err


def test_while_the_search_is_away_it_says_so(spine: Spine, searching: Postil) -> None:
    spine.stop("search")
    for arguments in (("search", "x"), ("similar", "x"), ("stats",), ("index", "status"), ("standing", "list")):
        ran = searching(*arguments, code=5)
        assert (ran.out, ran.err[:7]) == ("", "postil:")


async def test_by_meaning_it_is_found_without_its_words(annotating: Postil) -> None:
    song = {"id": "song", "text": "She sings an old song about the sea."}
    await annotating.save_and_annotate("tickets", JAM, SLOW, song)

    by_meaning = annotating("search", "a melody of the ocean", "--mode", "semantic", "--limit", "1")
    both = annotating("search", "printer", "ocean OR printer")
    alike = annotating("similar", "slow", "--limit", "1")

    assert (ids(by_meaning.out), by_meaning.err[:7]) == (["song"], "1 of 3;")
    assert ids(both.out)[-1] == "song"
    assert both.err == "3 of 3\n"
    assert (ids(alike.out), alike.err) == (["jam"], "1 of 1\n")
    assert ids(annotating("similar", "--text", "music and waves").out)[0] == "song"
