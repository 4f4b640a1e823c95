"""Where an import can be taken up again, in a file that is either whole or not there."""

from pathlib import Path

from services.cli.importing.tally import Counts, Reached
from services.cli.writing import write_whole
from shared.contracts.message import Contract
from shared.errors import Conflict, Invalid


class Checkpoint(Contract):
    plan: str
    file: int
    offset: int
    number: int
    fingerprint: str
    counts: Counts
    # How long the file of rejects was: what stands behind it will be rejected again.
    rejects_bytes: int = 0


class CheckpointFile:
    def __init__(self, path: Path | None, plan: str) -> None:
        self._path = path
        self._plan = plan

    def load(self) -> Checkpoint | None:
        if self._path is None or not self._path.exists():
            return None
        try:
            checkpoint = Checkpoint.decode(self._path.read_bytes())
        except Invalid as error:
            raise Invalid(f"{self._path} is no checkpoint: {error.detail}") from error
        if checkpoint.plan != self._plan:
            raise Conflict(
                f"{self._path} was made by an import of other files or with other options: name another, or remove it"
            )
        return checkpoint

    def save(self, reached: Reached, counts: Counts, rejects_bytes: int) -> None:
        if self._path is None:
            return
        checkpoint = Checkpoint(
            plan=self._plan,
            file=reached.file,
            offset=reached.offset,
            number=reached.number,
            fingerprint=reached.fingerprint,
            counts=counts,
            rejects_bytes=rejects_bytes,
        )
        with write_whole(self._path) as file:
            file.write(checkpoint.encode())

    def remove(self) -> None:
        if self._path is not None:
            self._path.unlink(missing_ok=True)
