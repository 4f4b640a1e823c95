"""A chat in a pipe: each line is said, the answers are printed, and it ends by itself."""

import asyncio
import io
import signal
import subprocess

import pytest

from services.cli.chat.conversation import LINE_BYTES_MAX
from services.cli.chat.piped import lines_of
from shared.errors import Invalid, TooLarge
from tests.services.cli.chat.bot import fake_bot
from tests.services.cli.postil import Postil
from tests.services.cli.spine import Spine
from tests.system import Ran
from tests.until import until

ANSWERS = {
    "!help": ["!about: what this is", "!recent [COUNT]: the last lines"],
    "!about": ["a memory \x1b[31mof a bus :smile: [bold]"],
    "!secret": ["psst: 42"],
    "hello": ["nobody has asked for this"],
}


async def chat(postil: Postil, stdin: str, *arguments: str, code: int = 0) -> Ran:
    """Beside the bot, which lives on the loop of the test."""
    # What it does on the way: coming to know that an answer has no more lines takes a while each time.
    words = ("chat", *arguments, "--as", "ada", "--wait", "0.3")
    return await asyncio.to_thread(lambda: postil(*words, code=code, stdin=stdin))


async def test_the_answers_come_in_the_order_of_the_lines(spine: Spine, postil: Postil) -> None:
    async with fake_bot(spine.broker.url, postil.tenant, ANSWERS) as bot:
        ran = await chat(postil, "!help\n\nhello\n!about\n!secret")
        await until(lambda: len(bot.confirmed) == 5)
    assert ran.out.splitlines() == [
        *ANSWERS["!help"],
        "a memory \N{SYMBOL FOR ESCAPE}[31mof a bus :smile: [bold]",
        "psst: 42",
    ]
    assert ran.err == ""
    assert [line.text for line in bot.heard] == ["!help", "hello", "!about", "!secret"]
    assert {(line.author, line.source) for line in bot.heard} == {("ada", "postil chat")}


async def test_a_line_is_kept_whether_or_not_somebody_answers(postil: Postil) -> None:
    ran = await chat(postil, "!nobody\nhello\n", "den.upper", code=6)
    assert (ran.out, ran.err) == ("", "no answer within 0.3 s: !nobody\n")
    await until(lambda: len(postil.documents("chat.console.den.upper")) == 2)
    assert [each["text"] for each in postil.documents("chat.console.den.upper")] == ["!nobody", "hello"]


async def test_what_could_not_be_kept_is_not_said(postil: Postil) -> None:
    ran = await chat(postil, "hello\na\0b\nnever\n", "nul", code=4)
    assert ran.err == "postil: a line can't hold a NUL character\n"
    await until(lambda: [each["text"] for each in postil.documents("chat.console.nul")] == ["hello"])


async def test_whoever_interrupts_it_has_not_to_wait_for_the_next_line(spine: Spine, postil: Postil) -> None:
    async with fake_bot(spine.broker.url, postil.tenant, ANSWERS) as bot:
        with postil.process("chat", "--as", "ada", stdin=subprocess.PIPE) as chatting:
            chatting.feed(b"hello\n")
            await until(lambda: len(bot.heard) == 1, seconds_max=20)
            chatting.signal(signal.SIGINT)
            assert await chatting.ended() == 130


async def test_in_a_private_conversation_every_line_is_a_command(spine: Spine, postil: Postil) -> None:
    async with fake_bot(spine.broker.url, postil.tenant, {"about": ["a memory"]}) as bot:
        ran = await chat(postil, "about\n", "@ada")
    assert ran.out == "a memory\n"
    assert bot.subjects == [f"postil.{postil.tenant}.docs.chat.console.@ada"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("two words",), "'two words' can't be a channel"),
        (("den", "--as", "a*"), "'a*' can't be a name here"),
        (("--as", "Postil"), "is the bot's name"),
    ],
)
async def test_what_can_be_no_channel_and_no_name_is_refused(
    postil: Postil, arguments: tuple[str, ...], words: str
) -> None:
    ran = await asyncio.to_thread(lambda: postil("chat", *arguments, code=4))
    assert words in ran.err


async def test_lines_that_are_none() -> None:
    assert [line async for line in lines_of(io.BytesIO(b"\n  \na \r\n\tb"))] == ["a", "b"]
    with pytest.raises(TooLarge, match="line 2 has more than 64"):
        _ = [line async for line in lines_of(io.BytesIO(b"a\n" + b"x" * (LINE_BYTES_MAX + 1)))]
    with pytest.raises(Invalid, match="line 1 is not valid UTF-8"):
        _ = [line async for line in lines_of(io.BytesIO(b"\xff\n"))]
