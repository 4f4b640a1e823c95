"""What is told of the machine, and what is not."""

import getpass
import platform
from pathlib import Path

import pytest
from pydantic import JsonValue

from benchmarks.machine import changed_settings, filesystem, impersonal, machine, versions
from shared.settings import DatabaseSettings, LogSettings, NatsSettings, Settings

MOUNTS = """\
22 1 0:20 / / rw,relatime - ext4 /dev/vda rw
23 22 0:21 / /data rw - xfs /dev/vdb rw
24 22 0:22 / /data/fast\\040one rw shared:3 - tmpfs tmpfs rw
"""


def test_the_machine_is_described() -> None:
    said = machine()
    assert set(said) == {"cpu", "cores", "memory_mib", "kernel", "filesystem", "load_before"}
    assert all(said[name] for name in ("cpu", "cores", "memory_mib", "kernel"))


def test_nobody_is_named() -> None:
    said = str(machine()) + str(versions(Settings()))
    assert str(Path.home()) not in said
    assert platform.node() not in said.split()
    assert getpass.getuser() not in said.split()


def test_versions_are_those_of_what_takes_part() -> None:
    said = versions(Settings())
    assert {"python", "postil", "nats-py", "apsw", "sqlite", "nats-server"} <= set(said)
    assert said["nats-server"][0].isdigit()
    elsewhere = Settings(nats=NatsSettings(url="nats://elsewhere"))
    assert versions(elsewhere)["nats-server"] == "one of your own"


def test_a_broker_that_can_t_be_asked_is_unknown(tmp_path: Path) -> None:
    broker = Settings().broker.model_copy(update={"binary": tmp_path / "nowhere"})
    assert versions(Settings(broker=broker))["nats-server"] == "unknown"


def test_changed_settings_are_told_but_for_what_may_name_somebody() -> None:
    settings = Settings(
        data=Path("/data/somebody"),
        tenant="somebody",
        database=DatabaseSettings(page_count=7),
        logs=LogSettings(level="error"),
        nats=NatsSettings(url="nats://somebody:secret@host"),
    )
    hidden: JsonValue = "set, but not written down"
    assert changed_settings(settings) == {
        "data": hidden,
        "tenant": hidden,
        "nats.url": hidden,
        "database.page_count": 7,
        "logs.level": "error",
    }
    assert changed_settings(Settings()) == {}


@pytest.mark.parametrize(
    ("folder", "kind"), [("/data/x", "xfs"), ("/elsewhere/y", "ext4"), ("/database", "ext4"), ("/", "ext4")]
)
def test_the_filesystem_is_that_of_the_nearest_mount(tmp_path: Path, folder: str, kind: str) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS)
    assert filesystem(Path(folder), mounts) == kind
    assert filesystem(Path(folder), tmp_path / "nowhere") == "unknown"


def test_a_reason_loses_its_places_and_keeps_its_meaning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "node", lambda: "alice-laptop.example")
    assert impersonal("no file '/var/lib/postil/x.db' on alice-laptop") == "no file '…/x.db' on …"
    assert impersonal(f"in {Path.home()} and nats://127.0.0.1:4222, 3/4 of a/b") == (
        "in ~ and nats://127.0.0.1:4222, 3/4 of a/b"
    )
