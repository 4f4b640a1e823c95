"""What `postil doctor` finds besides drift in the database and at the broker: each check is a function of facts."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from shutil import disk_usage

from services.cli.roster import ServiceName
from services.cli.words import size, span
from shared.bus.wire import ServiceState
from shared.contracts.stats import Stats
from shared.contracts.upkeep import Finding

CLOCK_AHEAD_MAX = timedelta(seconds=5)
DISK_FREE_BYTES_MIN = 1024**3


def of_services(states: Sequence[ServiceState]) -> Iterator[Finding]:
    there = {state.name for state in states}
    for name in ServiceName:
        if name.calling not in there:
            yield Finding(what="service", where=name, found="nobody answers", expected="one that answers, at least")


def of_clocks(now: datetime, states: Sequence[ServiceState], stats: Stats | None) -> Iterator[Finding]:
    """Nothing that has happened can be ahead of our clock, unless somebody's clock is wrong."""
    moments = [(f"the start of {state.name}", state.started_at) for state in states]
    if stats is not None:
        moments += [
            (f"the last change in {each.collection}", each.last_at) for each in stats.collections if each.last_at
        ]
    for where, moment in moments:
        if moment - now > CLOCK_AHEAD_MAX:
            found = f"{span(moment - now)} ahead of this machine's clock"
            yield Finding(what="clock", where=where, found=found, expected="in the past")


def of_disk(folder: Path) -> Iterator[Finding]:
    free = disk_usage(folder).free
    if free < DISK_FREE_BYTES_MIN:
        expected = f"{size(DISK_FREE_BYTES_MIN)} at least"
        yield Finding(what="disk", where=str(folder), found=f"{size(free)} free", expected=expected)
