"""Publishers that retry until they are told that a document is safe, and a watcher that is killed and resumed."""

import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import orjson

from shared.bus.bus import Bus
from shared.bus.nats import NatsWire
from shared.bus.wire import MESSAGE_ID_HEADER
from shared.contracts.documents import Draft
from shared.contracts.saving import PutDocuments
from shared.errors import Unavailable
from tests.system import POSTIL, UNMEASURED, environment
from tests.until import until

TENANT = "main"
COLLECTIONS = ("chat.irc.one", "notes", "tickets")
PATIENCE_SECONDS = 120.0
ASK_SECONDS_MAX = 10.0


class Publisher:
    """Publishes texts in messages of different sizes, through one of the doors, and remembers what was acknowledged."""

    def __init__(self, wire: NatsWire, name: str, chance: Random) -> None:
        self._wire = wire
        self._name = name
        self._chance = chance
        self.acknowledged: list[str] = []

    async def publish(self, count: int) -> None:
        """So many more."""
        by_stream = self._chance.random() < 0.5
        number = len(self.acknowledged)
        count += number
        while number < count:
            size = min(self._chance.choice((1, 1, 4, 64, 64)), count - number)
            texts = [f"{self._name}-{each}" for each in range(number, number + size)]
            collection = self._chance.choice(COLLECTIONS)
            await (self._append(collection, texts) if by_stream else self._put(collection, texts))
            self.acknowledged += texts
            number += size

    async def _append(self, collection: str, texts: Sequence[str]) -> None:
        subject = f"postil.{TENANT}.docs.{collection}"
        payload = orjson.dumps([{"text": text} for text in texts])

        async def is_kept() -> bool:
            try:
                await self._wire.append(subject, payload, {MESSAGE_ID_HEADER: texts[0]})
            except Unavailable:
                return False
            return True

        await until(is_kept, seconds_max=PATIENCE_SECONDS)

    async def _put(self, collection: str, texts: Sequence[str]) -> None:
        drafts = tuple(Draft(collection=collection, text=text, idempotency_key=text) for text in texts)
        query = PutDocuments(documents=drafts)

        async def is_committed() -> bool:
            try:
                reply = await Bus(self._wire).ask(TENANT, query, seconds_max=ASK_SECONDS_MAX)
            except Unavailable:
                return False
            assert [saved.error for saved in reply.results] == [None] * len(drafts)
            return True

        await until(is_committed, seconds_max=PATIENCE_SECONDS)


class WatchingProcess:
    """`postil watch --json` writing into a file; killed at any moment and started again where its last line ends."""

    def __init__(self, data: Path, output: Path) -> None:
        self._data = data
        self._output = output
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        kept = b"".join(line + b"\n" for line in self._lines())
        self._output.write_bytes(kept)
        last = orjson.loads(kept.splitlines()[-1])["seq"] if kept else 0
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                [*POSTIL, "watch", "--json", "--from-seq", str(last + 1), "--data", str(self._data)],
                env=environment(UNMEASURED),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.DEVNULL,
            )

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def changes(self) -> list[dict[str, object]]:
        return [orjson.loads(line) for line in self._lines()]

    def last_seq(self) -> int:
        lines = list(self._lines())
        return int(orjson.loads(lines[-1])["seq"]) if lines else 0

    def _lines(self) -> Iterator[bytes]:
        """The whole ones: a process that is killed may leave a torn line behind."""
        if self._output.exists():
            yield from self._output.read_bytes().split(b"\n")[:-1]
