"""docs/BOT.md tells every command, and what it shows of settings, messages and code is right.

Its transcript is replayed by `tests/flow/test_bot_page.py`.
"""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from services.bot.arguments import usage_of
from services.bot.catalogue import load_catalogue
from services.bot.command import Command
from shared.contracts.chat import Say, Speaker
from shared.contracts.documents import Draft
from shared.settings import BotSettings
from tests.tidy.source import PROJECT

PAGE = (PROJECT / "docs" / "BOT.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def row_of(command: Command) -> str:
    for_whom = "" if command.role == "member" else f" (for {command.role}s)"
    usage = usage_of(command).replace("|", "\\|")
    return f"| `{usage}` | {command.help}{for_whom} |"


def test_every_command_has_a_row_and_no_other(tmp_path: Path) -> None:
    rows = re.findall(r"^\| `!.*\|$", PAGE, re.MULTILINE)
    assert rows == [row_of(command) for command in load_catalogue(tmp_path, ()).commands]


def test_the_settings_are_some() -> None:
    shown = [tomllib.loads(text) for text in blocks("toml")]
    roles, irc = (BotSettings.model_validate_json(json.dumps(each["bot"])) for each in shown)
    assert [grant.role for grant in roles.roles] == ["owner", "owner", "moderator"]
    assert irc.irc["libera"].channels == ("#python", "#secret key")


def test_the_messages_are_some() -> None:
    [line], [say] = blocks("json line"), blocks("json say")
    assert Speaker.of(Draft.decode(line.encode()).data).account == "ada"
    assert Say.decode(say.encode()).to == "ada"


def test_the_rules_in_numbers_are_those_of_the_settings() -> None:
    settings = BotSettings()
    assert (settings.age_seconds_max, settings.retry_seconds, settings.tries_max) == (60, 60, 8)
    assert settings.person_count_max < settings.channel_count_max


def test_a_command_is_written_in_five_minutes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [code], [test] = blocks("python count"), blocks("python test")
    (tmp_path / "count.py").write_text(code)
    refused: list[str] = []
    catalogue = load_catalogue(tmp_path, (), lambda where, because: refused.append(f"{where}: {because}"))
    assert refused == []
    assert catalogue.find("count printer") is not None
    written: dict[str, Any] = {}
    monkeypatch.syspath_prepend(tmp_path)
    exec(compile(test, "docs/BOT.md", "exec"), written)  # noqa: S102  that is what the page tells its reader to run
    # What it asserts is on the page; here it only has to have been called.
    assert written["test_it_counts"]() is None
