"""docs/SETTINGS.md is what the settings say about themselves."""

import pytest

from services.cli.origins import Setting, every_setting
from services.cli.settings_page import settings_page
from tests.tidy.source import PROJECT

PAGE = (PROJECT / "docs" / "SETTINGS.md").read_text()
SETTINGS = [part for setting in every_setting() for part in (setting, *setting.of_each)]


def test_the_page_is_the_one_that_the_settings_write() -> None:
    assert settings_page() == PAGE, "write it anew: postil config docs > docs/SETTINGS.md"


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_is_on_the_page_and_described(setting: Setting) -> None:
    assert f"| `{setting.name}` | `{setting.variable}` |" in PAGE
    assert len(setting.description) > 5
