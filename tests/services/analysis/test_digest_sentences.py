"""Without a language model: how many of their own sentences are shown, and which are none."""

from tests.services.analysis.test_digest import digest_of, line


async def test_of_a_long_conversation_there_is_more_and_no_line_that_is_but_a_link() -> None:
    lines = [line(each, f"printer{each} has eaten invoice{each} of customer{each}") for each in range(45)]
    links = [line(100 + number, f"https://disk.example/mail/server/backup/cable/{number}") for number in range(9)]
    digest = await digest_of(*lines, *links)
    assert len(digest.points) == 8
    assert not any("https" in point for point in digest.points)
    assert len((await digest_of(*lines[:20])).points) == 5
