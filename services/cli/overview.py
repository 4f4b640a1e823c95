"""The running system as `postil status` shows it: gathered from discovery, the streams, the store and the indexes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from services.cli.roster import ServiceName
from services.cli.session import Session
from shared.bus.connect import ENDPOINTS_FILE
from shared.bus.wire import ServiceState, StreamState
from shared.clock import Clock
from shared.contracts.search import GetIndexes, IndexReport
from shared.contracts.stats import GetStats, Stats
from shared.errors import Unavailable

DISCOVERY_SECONDS_MAX = 1.0


@dataclass(frozen=True, slots=True)
class Overview:
    """`instances` has a row for each expected service at least; `state` is None where none answers."""

    at: datetime
    tenant: str
    instances: Sequence[tuple[ServiceName, ServiceState | None]]
    streams: Sequence[StreamState]
    stats: Stats | None
    indexes: Sequence[IndexReport] | None
    database: Path | None

    @property
    def complete(self) -> bool:
        return all(state is not None for _, state in self.instances)

    @property
    def database_bytes(self) -> int | None:
        """With what is still in the write-ahead log."""
        if self.database is None:
            return None
        files = (self.database, self.database.with_name(f"{self.database.name}-wal"))
        return sum(file.stat().st_size for file in files if file.exists())


async def look(session: Session, clock: Clock) -> Overview:
    states = await session.bus.wire.services(DISCOVERY_SECONDS_MAX)
    return Overview(
        at=clock.now(),
        tenant=session.tenant,
        instances=list(_instances(states)),
        streams=await session.bus.wire.streams(),
        stats=await stats_of(session),
        indexes=await _indexes_of(session),
        database=local_database(session),
    )


def _instances(states: Sequence[ServiceState]) -> Iterator[tuple[ServiceName, ServiceState | None]]:
    for name in ServiceName:
        running = [state for state in states if state.name == name.calling]
        if not running:
            yield name, None
        for state in running:
            yield name, state


async def stats_of(session: Session) -> Stats | None:
    try:
        return await session.bus.ask(session.tenant, GetStats())
    except Unavailable:
        # The services' own rows say who is missing.
        return None


async def _indexes_of(session: Session) -> Sequence[IndexReport] | None:
    try:
        return (await session.bus.ask(session.tenant, GetIndexes())).indexes
    except Unavailable:
        return None


def local_database(session: Session) -> Path | None:
    """The file, if the system that we speak to keeps it on this machine, for all that we know."""
    path = session.settings.database_path
    is_ours = session.settings.nats.url is None and (session.settings.data / ENDPOINTS_FILE).exists()
    return path if is_ours and path.exists() else None


def as_json(overview: Overview) -> Mapping[str, object]:
    return {
        "complete": overview.complete,
        "services": [_service_json(overview, name, state) for name, state in overview.instances],
        "streams": [_stream_json(stream) for stream in overview.streams],
        "store": _store_json(overview),
        "indexes": None if overview.indexes is None else [each.model_dump() for each in overview.indexes],
    }


def _service_json(overview: Overview, name: ServiceName, state: ServiceState | None) -> Mapping[str, object]:
    if state is None:
        return {"name": name.value, "state": "down"}
    return {
        "name": name.value,
        "state": "up",
        "pid": state.vitals.get("pid"),
        "instance": state.instance,
        "version": state.version,
        "started_at": state.started_at,
        "up_seconds": (overview.at - state.started_at).total_seconds(),
        "vitals": state.vitals,
    }


def _stream_json(stream: StreamState) -> Mapping[str, object]:
    return {
        "name": stream.name,
        "messages": stream.messages,
        "bytes": stream.bytes,
        "first_seq": stream.first_seq,
        "last_seq": stream.last_seq,
        "consumers": list(stream.consumers),
    }


def _store_json(overview: Overview) -> Mapping[str, object] | None:
    if overview.stats is None:
        return None
    return {
        "tenant": overview.tenant,
        **overview.stats.model_dump(mode="json"),
        "database": str(overview.database) if overview.database else None,
        "database_bytes": overview.database_bytes,
    }
