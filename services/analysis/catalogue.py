"""Which steps there are: one for each file of the package, and those that installed packages offer.

A step that can't be taken is refused by name, and the others do their work. The service and each of its workers build
the catalogue for themselves, from the same settings.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from types import ModuleType

import structlog
from pydantic import TypeAdapter, ValidationError

from services.analysis.step import Step
from shared.catalogue import Refused, offers_in, offers_of, parts_of
from shared.contracts.annotations import Step as StepName
from shared.contracts.message import in_words
from shared.settings import AnalysisSettings

log = structlog.get_logger()

ENTRY_POINTS = "postil.steps"
_NAME: TypeAdapter[str] = TypeAdapter(StepName)


class Catalogue:
    """Steps by name, each after those that it needs."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps = {step.name: step for together in in_stages(steps) for step in together}
        self.fast = tuple(step for step in self.steps.values() if step.lane == "fast")
        self.slow = tuple(step for step in self.steps.values() if step.lane == "slow")

    def with_needs(self, names: Sequence[str], known: Callable[[Step], bool]) -> tuple[Step, ...]:
        """The steps, and what they need of the same lane as far as it is not known."""
        chosen = {name for name in names if name in self.steps}
        lanes = {self.steps[name].lane for name in chosen}
        for step in reversed(self.steps.values()):
            if step.name in chosen:
                needed = (self.steps[name] for name in step.needs if name in self.steps)
                chosen |= {each.name for each in needed if each.lane in lanes and not known(each)}
        return tuple(step for step in self.steps.values() if step.name in chosen)


def log_refusal(where: str, because: str) -> None:
    log.error("step_refused", where=where, because=because)


def load_catalogue(package: ModuleType, settings: AnalysisSettings, refused: Refused = log_refusal) -> Catalogue:
    found: dict[str, Step] = {}
    offers = (*offers_in(package, "step"), *offers_of(ENTRY_POINTS))
    for offer, step in parts_of(offers, partial(_step_of, settings=settings), refused):
        if step.name in found:
            refused(offer.where, f"there is a step {step.name!r} already")
        else:
            found[step.name] = step
    for name in settings.disabled:
        if found.pop(name, None) is None:
            refused("analysis.disabled", f"there is no step {name!r}")
    for step in list(found.values()):
        slow = [name for name in step.needs if name in found and found[name].lane == "slow"]
        if step.lane == "fast" and slow:
            refused(step.name, f"a fast step can't wait for {slow[0]!r}, which is slow")
            del found[step.name]
    return Catalogue(list(found.values()))


def _step_of(offered: object, settings: AnalysisSettings) -> Step:
    step = offered(settings) if callable(offered) else offered
    if not isinstance(step, Step):
        raise TypeError("it has no `step` that is a Step, or makes one from the settings")
    try:
        _NAME.validate_python(step.name)
    except ValidationError as error:
        raise ValueError(f"its name {in_words(error)}") from error
    return step


def in_stages(steps: Sequence[Step]) -> Iterator[Sequence[Step]]:
    """Always those that need nothing which is still to come; where some wait for each other, as they stand."""
    waiting = list(steps)
    while waiting:
        names = {step.name for step in waiting}
        ready = [step for step in waiting if not names - {step.name} & set(step.needs)] or waiting[:1]
        yield ready
        waiting = [step for step in waiting if step not in ready]
