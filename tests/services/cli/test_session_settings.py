"""Settings for a command: what the command line said comes first, and what can't be is refused in words."""

import os
from pathlib import Path

import pytest
import typer

from services.cli.session import Exit, settings_with


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory in which nothing is set."""
    monkeypatch.chdir(tmp_path)
    for variable in [name for name in os.environ if name.startswith("POSTIL_")]:
        monkeypatch.delenv(variable)
    return tmp_path


def test_the_command_line_has_the_first_word(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (elsewhere / "postil.toml").write_text('tenant = "file"\n[broker]\nport = 1\nbinary = "mine"\n')
    monkeypatch.setenv("POSTIL_TENANT", "environment")
    settings = settings_with(Path("said"), "said", 2)
    assert (settings.data, settings.tenant, settings.broker.port) == (Path("said"), "said", 2)
    # What it doesn't say stays as it was.
    assert settings.broker.binary == Path("mine")


@pytest.mark.parametrize(
    ("file", "variables", "words"),
    [
        ("[database]\nhistroy_days = 1\n", {}, "unknown field 'database.histroy_days'"),
        ("", {"POSTIL_DATABASE__HISTROY_DAYS": "1"}, "did you mean POSTIL_DATABASE__HISTORY_DAYS?"),
        ("", {"POSTIL_BROKER__PORT": "many"}, "'broker.port' should be a valid integer"),
        ("tenant = ", {}, "the settings can't be read: Invalid value"),
        ("", {"POSTIL_RUNTIME": "{"}, "the settings can't be read"),
        ("", {"POSTIL_CONFIG": "nowhere.toml"}, "POSTIL_CONFIG names nowhere.toml, and there is no such file"),
    ],
)
def test_what_can_not_be_a_setting_is_refused_in_words(
    elsewhere: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    file: str,
    variables: dict[str, str],
    words: str,
) -> None:
    (elsewhere / "postil.toml").write_text(file)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(typer.Exit) as ended:
        settings_with()
    assert ended.value.exit_code == Exit.USAGE
    told = capsys.readouterr()
    assert told.out == ""
    assert words in told.err
