"""The commands to try next are such that they can be typed as they stand."""

import sys
from pathlib import Path

import pytest

from services.cli.banner import command, greet
from shared.settings import Settings


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The console script, as we were called by it."""
    script = tmp_path / "a place" / "postil"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "argv", [str(script), "up"])
    monkeypatch.setenv("PATH", "")
    return script


def test_by_name_if_the_shell_finds_it(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(script.parent))
    assert command() == "postil"


def test_by_its_place_if_the_shell_finds_none_or_another(
    script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command() == f"'{script}'"
    other = tmp_path / "other"
    other.mkdir()
    (other / "postil").write_text("#!/bin/sh\n")
    (other / "postil").chmod(0o755)
    monkeypatch.setenv("PATH", str(other))
    assert command() == f"'{script}'"


def test_from_its_folder_the_place_is_short(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(script.parent.parent)
    assert command() == "'a place/postil'"


@pytest.mark.usefixtures("script")
def test_the_data_folder_is_named_where_it_is_not_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    greet(Settings(), "nats://127.0.0.1:4222")
    assert "--data" not in capsys.readouterr().out
    greet(Settings(data=tmp_path / "my data"), "nats://127.0.0.1:4222")
    assert capsys.readouterr().out.count("--data 'my data'") == 4
