"""Where each setting's value comes from, and which names are none."""

import os
from pathlib import Path

import pytest

from services.cli.origins import MASK, SettingInForce, every_setting, settings_in_force, unknown_settings
from shared.settings import Settings

FILE = """
tenant = "from-file"
databse = 1

[database]
history_days = 7
sweep_seconds = 2

[nats]
url = "nats://ada:secret@127.0.0.1:4222"
"""


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory in which nothing is set."""
    monkeypatch.chdir(tmp_path)
    for variable in [name for name in os.environ if name.startswith("POSTIL_")]:
        monkeypatch.delenv(variable)
    return tmp_path


def in_force(**said: object) -> dict[str, SettingInForce]:
    settings = Settings(**said)  # type: ignore[arg-type]  # by name, as the command line does it
    return {line.setting.name: line for line in settings_in_force(settings, said)}


@pytest.mark.usefixtures("elsewhere")
def test_what_nobody_has_set_is_a_default() -> None:
    lines = in_force()
    assert set(lines) == {setting.name for setting in every_setting()}
    assert {line.source for line in lines.values()} == {"default"}
    assert lines["database.history_days"].value == 30.0


def test_the_first_of_command_line_environment_and_file_counts(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (elsewhere / "postil.toml").write_text(FILE)
    monkeypatch.setenv("POSTIL_DATABASE__HISTORY_DAYS", "8")
    monkeypatch.setenv("POSTIL_TENANT", "from-environment")
    lines = in_force(tenant="said", broker={"port": 0})
    told = {name: (line.value, line.source) for name, line in lines.items() if line.source != "default"}
    assert told == {
        "tenant": ("said", "command line"),
        "broker.port": (0, "command line"),
        "database.history_days": (8.0, "environment POSTIL_DATABASE__HISTORY_DAYS"),
        "database.sweep_seconds": (2.0, "file postil.toml"),
        "nats.url": ("nats://127.0.0.1:4222", "file postil.toml"),
    }


@pytest.mark.usefixtures("elsewhere")
def test_a_secret_is_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTIL_NATS__PASSWORD", "secret")
    lines = in_force()
    assert lines["nats.password"].value == MASK
    assert lines["nats.token"].value is None
    assert "secret" not in repr(lines)


IRC = """
[bot.irc.libera]
host = "irc.libera.chat"
password = "secret"
channels = ["#python", "#secret key", "#lab\\tkey"]
"""


def test_what_has_a_name_of_its_own_is_told_part_by_part(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (elsewhere / "postil.toml").write_text(IRC)
    monkeypatch.setenv("POSTIL_BOT__IRC__LIBERA__ACCOUNT_PASSWORD", "secret")
    monkeypatch.setenv("POSTIL_BOT__IRC__OFTC__HOST", "irc.oftc.net")
    monkeypatch.setenv("POSTIL_BOT__ROLES", '[{"who": "ada", "role": "owner"}]')
    lines = in_force()
    told = {name: (line.value, line.source) for name, line in lines.items() if line.source != "default"}
    assert told == {
        "bot.roles": ('[{"who":"ada","role":"owner"}]', "environment POSTIL_BOT__ROLES"),
        "bot.irc": ("libera, oftc", "environment POSTIL_BOT__IRC"),
        "bot.irc.libera.host": ("irc.libera.chat", "file postil.toml"),
        "bot.irc.libera.password": (MASK, "file postil.toml"),
        "bot.irc.libera.account_password": (MASK, "environment POSTIL_BOT__IRC__LIBERA__ACCOUNT_PASSWORD"),
        "bot.irc.libera.channels": (f'["#python","#secret {MASK}","#lab {MASK}"]', "file postil.toml"),
        "bot.irc.oftc.host": ("irc.oftc.net", "environment POSTIL_BOT__IRC__OFTC__HOST"),
    }
    assert lines["bot.irc.oftc.port"].value == 6697
    assert "'secret'" not in repr(lines)


def test_names_inside_of_what_has_a_name_of_its_own(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BOT__IRC__LIBERA__HOST", "BOT__IRC", "BOT__IRC__OFTC", "ANALYSIS__EMBEDDING"):
        monkeypatch.setenv(f"POSTIL_{name}", "{}")
    assert unknown_settings() == []
    monkeypatch.setenv("POSTIL_BOT__IRC__LIBERA__HSOT", "irc.libera.chat")
    assert unknown_settings() == [
        "POSTIL_BOT__IRC__LIBERA__HSOT in the environment is no setting; did you mean POSTIL_BOT__IRC__LIBERA__HOST?",
    ]


def test_names_that_are_no_settings_are_told_with_the_likely_ones(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (elsewhere / "other.toml").write_text(FILE)
    monkeypatch.setenv("POSTIL_CONFIG", "other.toml")
    monkeypatch.setenv("POSTIL_TENNANT", "acme")
    monkeypatch.setenv("POSTIL_ZZZ", "1")
    monkeypatch.setenv("POSTIL_WATCH__IDLE_SECONDS", "1")
    monkeypatch.setenv("POSTIL_RUNTIME", "{}")
    assert unknown_settings() == [
        "POSTIL_TENNANT in the environment is no setting; did you mean POSTIL_TENANT?",
        "POSTIL_ZZZ in the environment is no setting",
        "'databse' in other.toml is no setting; did you mean database?",
    ]


@pytest.mark.usefixtures("elsewhere")
def test_where_all_names_are_right_nothing_is_told() -> None:
    assert unknown_settings() == []
