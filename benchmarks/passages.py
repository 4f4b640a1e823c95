"""Documents of the size for which the analysis has promised a rate: 540 characters of running text.

The words are those of the made-up corpus. Each also mentions what the steps look for (a ticket, an address, a moment,
an amount), because a text in which there is nothing to be found is no measure of finding.
"""

from collections.abc import Iterator, Sequence
from itertools import count

import orjson

from benchmarks import made_up

CHARACTERS = 540
MENTIONS = (
    "Ask ada@harbour.example about OPS-{0} before 2026-11-{1:02}, it is on https://wiki.harbour.example/p/{0}.",
    "Release 2.{1}.0 went to build-{1}.harbour.example at 14:{1:02}; see commit 9f8e7d6c5b4a and @nora.{0}.",
    "The invoice of EUR {0}.50 is great news, thanks! It came from 10.1.{1}.7 on 3 March 2026.",
)


def texts(number: int) -> Sequence[str]:
    """So many of them, always the same."""
    return [text for text, _ in zip(_texts(), range(number), strict=False)]


def payload_of(ids: Sequence[str], said: Sequence[str], collection: str | None = None) -> bytes:
    """A message with these documents."""
    named = {} if collection is None else {"collection": collection}
    return orjson.dumps(
        [{"id": id, **named, "author": "bench", "text": text} for id, text in zip(ids, said, strict=True)]
    )


def _texts() -> Iterator[str]:
    written = made_up.corpus().documents(1_000_000)
    for number in count():
        text = MENTIONS[number % len(MENTIONS)].format(number % 997, number % 28 + 1)
        while len(text) < CHARACTERS:
            text += f" {next(written)['text']}"
        yield text[:CHARACTERS]
