"""Tasks that belong together, of which a worker may die: what is done is kept, and the culprit is left out."""

from collections.abc import Sequence

from services.analysis.noting import failure, note_of
from services.analysis.workers.task import Notes, Task
from services.analysis.workers.worker import Death
from shared.errors import Unavailable

# Without anybody to blame, it is the machine.
DEATHS_IN_A_ROW_MAX = 5


class Job:
    def __init__(self, tasks: Sequence[Task]) -> None:
        self._tasks = tasks
        self._notes: list[Notes | None] = [None] * len(tasks)
        # What is left of each task, by the numbers of its places.
        self._places = [list(range(len(task.places))) for task in tasks]
        self._blamed: list[dict[int, bytes]] = [{} for _ in tasks]
        self._suspects: set[tuple[int, int]] = set()
        self._handed_out: list[int] = []
        self._deaths_in_a_row = 0

    def left(self) -> Sequence[Task]:
        """For the next worker."""
        self._handed_out = [number for number, notes in enumerate(self._notes) if notes is None]
        return [self._rest_of(number) for number in self._handed_out]

    def take(self, number: int, notes: Notes) -> None:
        """What has come of one of those tasks."""
        task = self._handed_out[number]
        by_place = {**self._blamed[task], **dict(zip(self._places[task], notes, strict=True))}
        self._notes[task] = [by_place[place] for place in range(len(by_place))]
        self._deaths_in_a_row = 0

    def blame(self, death: Death) -> None:
        """A worker has died of it. Raises `Unavailable` when it can't be the fault of any step."""
        if death.place is None:
            self._deaths_in_a_row += 1
            if self._deaths_in_a_row == DEATHS_IN_A_ROW_MAX:
                raise Unavailable(f"workers die one after the other; of the last one: {death.reason}")
            return
        task = self._handed_out[death.place.task]
        place = self._places[task][death.place.step]
        if death.from_outside and (task, place) not in self._suspects:
            # It may just have been there at the wrong moment.
            self._suspects.add((task, place))
            return
        self._places[task].remove(place)
        self._blamed[task][place] = self._failed(self._tasks[task], place, death.reason)

    @property
    def notes(self) -> Sequence[Notes]:
        return [notes for notes in self._notes if notes is not None]

    def _rest_of(self, number: int) -> Task:
        task, places = self._tasks[number], self._places[number]
        steps = tuple(task.places[place] for place in places if place < len(task.steps))
        asked = tuple(task.places[place] for place in places if place >= len(task.steps))
        return Task(task.document, task.json, steps, asked)

    @staticmethod
    def _failed(task: Task, place: int, reason: str) -> bytes:
        if place >= len(task.steps):
            return b""
        return note_of(task.document, task.steps[place], failure(reason), 0.0)
