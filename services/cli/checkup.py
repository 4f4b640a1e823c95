"""The whole examination behind `postil doctor`: of a running system through its doors, or of a database at rest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from services.cli import findings
from services.cli.overview import DISCOVERY_SECONDS_MAX, local_database, stats_of
from services.cli.session import Session
from services.database.sqlite.store import SqliteStore
from shared.bus.nats.drift import drift
from shared.bus.streams import CONSUMERS, STREAMS
from shared.clock import Clock
from shared.contracts.search import ExamineIndexes, IndexFinding, RebuildIndexes
from shared.contracts.upkeep import Examination, Examine, Finding
from shared.errors import NotFound, Unavailable
from shared.settings import Settings

# Every change and every document is read.
EXAMINE_SECONDS_MAX = 3_600.0


@dataclass(slots=True)
class Checkup:
    left: list[Finding] = field(default_factory=list)
    mended: list[Finding] = field(default_factory=list)
    # Of the database's findings only the first are told one by one.
    untold_left: int = 0
    untold_mended: int = 0
    tenants: list[str] = field(default_factory=list)
    changes_read: int = 0
    documents_read: int = 0

    @property
    def left_count(self) -> int:
        return len(self.left) + self.untold_left

    @property
    def mended_count(self) -> int:
        return len(self.mended) + self.untold_mended

    def note(self, found: Iterable[Finding], *, mended: bool = False) -> None:
        (self.mended if mended else self.left).extend(found)

    def add(self, tenant: str, examination: Examination) -> None:
        self.note(examination.findings, mended=examination.repaired)
        untold = examination.found - len(examination.findings)
        if examination.repaired:
            self.untold_mended += untold
        else:
            self.untold_left += untold
        self.tenants.append(tenant)
        self.changes_read += examination.changes_read
        self.documents_read += examination.documents_read


async def examine_running(session: Session, clock: Clock, *, repair: bool) -> Checkup:
    checkup = Checkup()
    wire = session.bus.wire
    states = await wire.services(DISCOVERY_SECONDS_MAX)
    checkup.note(findings.of_services(states))
    drifted = await drift(wire, STREAMS, CONSUMERS)
    if repair and drifted:
        await wire.ensure(STREAMS, CONSUMERS)
    checkup.note(drifted, mended=repair)
    checkup.note(findings.of_clocks(clock.now(), states, await stats_of(session)))
    database = local_database(session)
    if database is not None:
        checkup.note(findings.of_disk(database.parent))
    try:
        examination = await session.bus.ask(session.tenant, Examine(repair=repair), seconds_max=EXAMINE_SECONDS_MAX)
    except Unavailable as error:
        checkup.note([_unexamined(session.tenant, error)])
    else:
        checkup.add(session.tenant, examination)
    await _examine_indexes(session, checkup, repair=repair)
    return checkup


async def _examine_indexes(session: Session, checkup: Checkup, *, repair: bool) -> None:
    """An index that doesn't agree with the store is built anew from it, while the old one goes on serving."""
    try:
        found = (await session.bus.ask(session.tenant, ExamineIndexes(), seconds_max=EXAMINE_SECONDS_MAX)).findings
        if repair and found:
            await session.bus.ask(session.tenant, RebuildIndexes(names=tuple(each.index for each in found)))
    except Unavailable as error:
        checkup.note([_unexamined(session.tenant, error, what="search")])
    else:
        checkup.note([_of_index(each) for each in found], mended=repair)


def _of_index(found: IndexFinding) -> Finding:
    where = ", ".join(found.examples)
    return Finding(what=f"{found.index} index", where=where, found=found.what, expected="what the store has")


async def examine_at_rest(settings: Settings, clock: Clock, tenants: Sequence[str], *, repair: bool) -> Checkup:
    """Nothing runs: the database file itself, for these tenants, or for all that are in it."""
    path = settings.database_path
    if not path.exists():
        raise NotFound(f"nothing runs on {settings.data}, and there is no database at {path}")
    checkup = Checkup()
    checkup.note(findings.of_disk(path.parent))
    store = await SqliteStore.open(path, clock)
    try:
        for tenant in tenants or [state.name for state in await store.tenants()]:
            checkup.add(tenant, await store.examine(tenant, repair))
    finally:
        await store.close()
    return checkup


def _unexamined(tenant: str, error: Unavailable, what: str = "database") -> Finding:
    return Finding(what=what, where=f"tenant {tenant}", found=error.detail, expected="an examination")
