"""Where settings come from."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from shared.settings import Settings


def test_every_setting_has_a_default() -> None:
    settings = Settings()
    assert settings.database_path == Path("postil-data/postil.db")
    assert settings.tenant == "main"


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "some.toml"
    file.write_text('tenant = "file"\ndata = "from-file"\n[database]\nhistory_days = 3\npage_count = 7\n')
    monkeypatch.setenv("POSTIL_CONFIG", str(file))
    monkeypatch.setenv("POSTIL_TENANT", "environment")
    monkeypatch.setenv("POSTIL_DATABASE__HISTORY_DAYS", "9")
    settings = Settings(data=Path("said"))
    assert (settings.data, settings.tenant) == (Path("said"), "environment")
    assert (settings.database.history_days, settings.database.page_count) == (9, 7)


def test_a_value_that_makes_no_sense_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTIL_DATABASE__PAGE_COUNT", "0")
    with pytest.raises(ValidationError, match="page_count"):
        Settings()


def test_secrets_do_not_show_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTIL_NATS__PASSWORD", "hunter2")
    settings = Settings()
    assert "hunter2" not in repr(settings)
    assert settings.nats.password is not None
    assert settings.nats.password.get_secret_value() == "hunter2"
