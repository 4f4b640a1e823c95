"""What the doctor finds besides the database's own examination."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.cli import findings
from services.cli.findings import of_clocks, of_disk, of_services
from services.cli.roster import ServiceName
from shared.bus.wire import ServiceState
from shared.contracts.stats import CollectionStats, Stats

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def service(name: ServiceName, started_at: datetime = NOW) -> ServiceState:
    return ServiceState(name.calling, "instance", "0.1.0", started_at, {})


def test_a_service_that_nobody_sees_is_found() -> None:
    everyone = [service(name) for name in ServiceName]
    assert list(of_services(everyone)) == []
    assert [finding.where for finding in of_services(everyone[1:])] == [ServiceName.INGEST]


def test_what_happened_in_the_future_tells_of_a_wrong_clock() -> None:
    later = NOW + timedelta(seconds=30)
    collection = CollectionStats(collection="notes", documents=1, last_seq=1, last_at=later)
    stats = Stats(documents=1, last_seq=1, announced_seq=1, collections=(collection,))
    found = list(of_clocks(NOW, [service(ServiceName.BOT, later), service(ServiceName.INGEST)], stats))
    assert [finding.where for finding in found] == ["the start of postil-bot", "the last change in notes"]
    assert {finding.found for finding in found} == {"30s ahead of this machine's clock"}


def test_a_little_ahead_is_within_what_clocks_do() -> None:
    a_little = NOW + timedelta(seconds=4)
    assert list(of_clocks(NOW, [service(ServiceName.BOT, a_little)], None)) == []


def test_a_disk_that_is_nearly_full_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "DISK_FREE_BYTES_MIN", 0)
    assert list(of_disk(tmp_path)) == []
    monkeypatch.setattr(findings, "DISK_FREE_BYTES_MIN", 1024**6)
    assert [finding.where for finding in of_disk(tmp_path)] == [str(tmp_path)]
