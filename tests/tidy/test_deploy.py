"""The files for containers, as far as they can be looked at without an engine that runs them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from services.cli.roster import ServiceName
from tests.tidy.source import PROJECT

COMPOSE = PROJECT / "docker-compose.yml"
DOCKERFILE = PROJECT / "deploy" / "Dockerfile"
NATS_SERVER = Path(sys.executable).with_name("nats-server")
BROKER_CONFIG = PROJECT / "deploy" / "nats.conf"


@pytest.fixture
def containers() -> dict[str, dict[str, object]]:
    parsed = yaml.safe_load(COMPOSE.read_text())
    assert isinstance(parsed["services"], dict)
    return dict(parsed["services"])


def section(container: dict[str, object], name: str) -> dict[str, object]:
    found = container[name]
    assert isinstance(found, dict)
    return found


def check_broker_config(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([NATS_SERVER, "-t", "-c", path], capture_output=True, text=True, check=False)


def test_every_service_has_a_container(containers: dict[str, dict[str, object]]) -> None:
    services = {name.value for name in ServiceName}
    assert len(list(PROJECT.glob("services/**/service.py"))) == len(services)
    assert set(containers) == {"nats", *services}
    for name in services:
        assert containers[name]["command"] == ["serve", name]
        assert section(containers[name], "environment")["POSTIL_NATS__URL"] == "nats://nats:4222"


def test_every_container_says_how_it_is(containers: dict[str, dict[str, object]]) -> None:
    assert all("test" in section(container, "healthcheck") for container in containers.values())


def test_what_must_survive_lies_on_a_volume(containers: dict[str, dict[str, object]]) -> None:
    volumes = yaml.safe_load(COMPOSE.read_text())["volumes"]
    for name in ("nats", "database"):
        assert name in volumes
        assert f"{name}:/data" in str(containers[name]["volumes"])
    # Two processes of one room.
    assert containers["search"]["volumes"] == containers["database"]["volumes"]


def test_the_broker_accepts_its_configuration(tmp_path: Path) -> None:
    checked = check_broker_config(BROKER_CONFIG)
    assert checked.returncode == 0, checked.stderr
    wrong = tmp_path / "nats.conf"
    wrong.write_text(BROKER_CONFIG.read_text().replace("sync_interval: always", "sync_interval: sometimes"))
    assert check_broker_config(wrong).returncode != 0


def test_the_image_installs_by_hash_and_does_not_run_as_root() -> None:
    lines = DOCKERFILE.read_text().splitlines()
    installs = [line for line in lines if "pip install" in line]
    assert installs
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)
    users = [line for line in lines if line.startswith("USER ")]
    assert users
    assert users[-1] != "USER root"


def test_the_image_gets_every_file_that_it_copies() -> None:
    copied = re.findall(r"^COPY (.+) \S+$", DOCKERFILE.read_text(), re.MULTILINE)
    wanted = {name for line in copied for name in line.split()}
    let_in = {line[1:] for line in (PROJECT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert wanted == let_in
