"""`postil dead`: letters as they come of real refusals, looked at, sent again and dropped."""

import orjson
import pytest

from shared.bus.bus import Bus
from shared.bus.nats import NatsWire
from shared.bus.wire import NO_HEADERS, Headers
from tests.services.cli.postil import Postil
from tests.services.cli.spine import Spine
from tests.until import until


async def append(spine: Spine, postil: Postil, address: str, payload: bytes, headers: Headers = NO_HEADERS) -> None:
    wire = await NatsWire.connect(spine.broker.url, name="test")
    await Bus(wire).wire.append(f"postil.{postil.tenant}.{address}", payload, headers)
    await wire.close()


@pytest.fixture
async def letters(spine: Spine, postil: Postil) -> Postil:
    """Three letters: an element with an unknown field, bytes that are no text, and what somebody else wrote there."""
    await append(spine, postil, "docs.notes", b'[{"text": "good"}, {"txt": "bad [red]\\u001b[31m"}]')
    # Two batches may be in hand at a time, and the one that has nothing to save is done first.
    await until(lambda: len(postil.lines("dead", "list")) == 1)
    await append(spine, postil, "docs.notes", b"\xff\x00", {"Content-Type": "text/plain"})
    await until(lambda: len(postil.lines("dead", "list")) == 2)
    await append(spine, postil, "dead", b"hello")
    return postil


def seqs(postil: Postil) -> list[int]:
    return [letter["seq"] for letter in postil.lines("dead", "list")]


async def test_letters_are_listed_oldest_first_and_page_by_page(letters: Postil) -> None:
    first = seqs(letters)[0]
    ran = letters("dead", "list", "--limit", "2")

    assert "unknown field 'txt'" in ran.out.splitlines()[1]
    assert "not valid UTF-8" in ran.out.splitlines()[2]
    assert f"--after {seqs(letters)[1]}" in ran.err
    assert len(letters.lines("dead", "list", "--after", str(first))) == 2
    assert "this is no dead letter" in letters("dead", "list", "--after", str(seqs(letters)[1])).out


async def test_a_letter_is_shown_whole_and_does_no_harm(letters: Postil) -> None:
    element, no_text, stranger = seqs(letters)

    shown = letters("dead", "show", str(element)).out
    assert "element 1" in shown
    assert '{"txt": "bad [red]\\u001b[31m"}' in shown
    assert letters("dead", "show", str(element), "--raw").out == '{"txt": "bad [red]\\u001b[31m"}'
    assert "\\xff\\x00" in letters("dead", "show", str(no_text)).out
    assert letters.line("dead", "show", str(no_text))["encoding"] == "base64"
    assert "hello" in letters("dead", "show", str(stranger)).out


async def test_another_tenant_has_no_such_letters(letters: Postil) -> None:
    element = str(seqs(letters)[0])
    other = ("--tenant", "somebody-else")

    assert letters("dead", "list", *other).err == "there are none\n"
    for arguments in (("show", element), ("replay", element), ("drop", element, "--yes")):
        assert f"there is no dead letter {element}" in letters("dead", *arguments, *other, code=3).err
    assert len(seqs(letters)) == 3


async def test_what_is_sent_again_and_fails_again_is_a_new_letter(letters: Postil) -> None:
    before = seqs(letters)

    ran = letters("dead", "replay", "--all", "--reason-contains", "UNKNOWN FIELD")

    assert ran.out.startswith(f"sent again  {before[0]}  postil.")
    await until(lambda: len(seqs(letters)) == 3)
    assert seqs(letters)[:2] == before[1:]
    again = letters.line("dead", "show", str(seqs(letters)[2]))
    assert (again["payload"], again["problem"]["detail"]) == ('{"txt": "bad [red]\\u001b[31m"}', "unknown field 'txt'")


async def test_only_documents_can_be_sent_again(letters: Postil) -> None:
    stranger = str(seqs(letters)[2])

    assert "only documents can be sent again" in letters("dead", "replay", stranger, code=4).err
    assert len(seqs(letters)) == 3


async def test_letters_are_dropped_by_number_or_by_reason(letters: Postil) -> None:
    element, no_text, stranger = map(str, seqs(letters))

    assert "nobody to ask" in letters("dead", "drop", element, code=2).err
    assert letters.line("dead", "drop", element, "--yes") == {"seq": int(element), "done": "dropped"}
    assert f"there is no dead letter {element}" in letters("dead", "drop", element, stranger, "--yes", code=3).err
    assert [letter["seq"] for letter in letters.lines("dead", "drop", "--all", "--yes")] == [int(no_text)]
    assert seqs(letters) == []


@pytest.mark.parametrize("arguments", [(), ("1", "--all"), ("1", "--reason-contains", "x")])
def test_it_must_be_said_which(postil: Postil, arguments: tuple[str, ...]) -> None:
    for verb in ("replay", "drop"):
        assert "Error" in postil("dead", verb, *arguments, code=2).err


async def test_a_letter_is_a_document_once_its_cause_is_mended(spine: Spine, postil: Postil) -> None:
    letter = {
        "subject": f"postil.{postil.tenant}.docs.notes", "attempts": 1, "at": "2024-01-02T03:04:05Z",
        "payload": "hello",
        "problem": {"type": "urn:postil:internal", "title": "t", "status": 500, "detail": "it broke"},
    }  # fmt: skip
    await append(spine, postil, "dead", orjson.dumps(letter))

    assert postil.line("dead", "replay", str(seqs(postil)[0]))["done"] == "sent again"

    await until(lambda: [each["text"] for each in postil.documents()] == ["hello"])
    assert seqs(postil) == []
