"""The import contracts of pyproject.toml: the house keeps them, and a house that doesn't is told about each."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tidy.source import PROJECT

LINTER = Path(sys.executable).with_name("lint-imports")

# One wrong import for each contract: who imports what, and which contract says no.
WRONG = [
    ("shared/watch.py", "services.bot", "shared knows no service"),
    ("shared/watch.py", "benchmarks.running", "The benchmarks are known to the command"),
    ("services/bot/service.py", "benchmarks", "The benchmarks are known to the command"),
    ("services/cli/main.py", "benchmarks.__main__", "The benchmarks are known to the command"),
    ("services/cli/commands/bench.py", "benchmarks.running", "The benchmarks are known to the command"),
    ("shared/contracts/chat.py", "shared.bus.bus", "Inside shared, imports run one way"),
    ("shared/bus/bus.py", "shared.runtime", "Inside shared, imports run one way"),
    ("services/bot/service.py", "services.database", "Services don't know each other"),
    ("services/bot/service.py", "services.cli", "Services don't know each other"),
    ("services/bot/service.py", "nats", "nats is spoken in one package"),
    ("services/database/service.py", "aiosqlite", "SQLite is spoken in one package"),
    ("services/database/service.py", "sqlite3", "SQLite is spoken in one package"),
    ("services/database/search/service.py", "tantivy", "The words are found in one package"),
    ("services/bot/service.py", "irctokens", "IRC is spoken in one package"),
    ("services/cli/main.py", "prompt_toolkit", "The terminal's lines are read in one package"),
    ("services/database/search/service.py", "faiss", "The nearest vectors are found in one package"),
    ("services/analysis/service.py", "openai", "What leaves the machine leaves from two packages"),
    ("services/database/search/language/parsing.py", "shared.bus.bus", "The search language is pure"),
    ("services/ingest/intake.py", "shared.bus.bus", "Intake knows contracts"),
    ("services/ingest/intake.py", "services.ingest.service", "Intake knows contracts"),
    ("services/analysis/steps/words.py", "shared.clock", "An analysis step needs contracts"),
    ("services/analysis/steps/words.py", "services.analysis.service", "An analysis step needs contracts"),
    ("services/bot/commands/hello.py", "shared.bus.bus", "A bot command needs contracts"),
]

RIGHT = {
    "shared/clock.py": "",
    "shared/errors.py": "",
    "shared/limits.py": "",
    "shared/catalogue.py": "",
    "shared/fingerprints.py": "",
    "shared/harmless.py": "",
    "shared/vectors.py": "",
    "shared/contracts/chat.py": "import shared.errors",
    "shared/settings.py": "import shared.limits",
    "shared/bus/wire.py": "import shared.contracts.chat",
    "shared/bus/bus.py": "import shared.bus.wire",
    "shared/bus/nats/wire.py": "import nats",
    "shared/runtime/runner.py": "import shared.bus.bus",
    "shared/watch.py": "import shared.runtime.runner",
    "services/ingest/service.py": "import services.ingest.intake",
    "services/ingest/intake.py": "import shared.bus.wire",
    "services/database/service.py": "import services.database.sqlite.engine",
    "services/database/sqlite/engine.py": "import aiosqlite, apsw, sqlite3",
    "services/database/search/service.py": "import services.database.search.text.engine",
    "services/database/search/language/parsing.py": "import shared.contracts.chat",
    "services/database/search/text/engine.py": "import tantivy",
    "services/database/search/vectors/wide.py": "import faiss",
    "services/analysis/step.py": "import shared.contracts.chat",
    "services/analysis/models/endpoint.py": "import openai",
    "services/analysis/language_model/transport.py": "import httpx2",
    "services/analysis/service.py": "import services.analysis.step",
    "services/analysis/steps/words.py": "import services.analysis.step",
    "services/bot/command.py": "import shared.contracts.chat",
    "services/bot/service.py": "import shared.bus.bus",
    "services/bot/commands/hello.py": "import services.bot.command",
    "services/bot/networks/irc/lines.py": "import irctokens",
    "services/cli/chat/terminal.py": "import prompt_toolkit",
    "services/cli/main.py": "import services.bot.service",
    "services/cli/commands/bench.py": "import benchmarks.__main__",
    "benchmarks/__main__.py": "import services.cli.main",
    "benchmarks/running.py": "import nats, apsw, sqlite3, services.database.service, shared.bus.bus",
}


def lint(house: Path) -> subprocess.CompletedProcess[str]:
    # The wrong house is looked at with the contracts of the real one, whose own kind of contract lives here.
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)} if house != PROJECT else dict(os.environ)
    return subprocess.run(
        [LINTER, "--no-cache"], cwd=house, env=environment, capture_output=True, text=True, check=False
    )


def build(house: Path) -> None:
    shutil.copy(PROJECT / "pyproject.toml", house)
    for name, code in RIGHT.items():
        path = house / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code + "\n")
    for folder in [path for path in house.rglob("*") if path.is_dir()]:
        (folder / "__init__.py").touch()


def test_the_house_keeps_its_contracts() -> None:
    linted = lint(PROJECT)
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_a_house_like_ours_is_in_order(tmp_path: Path) -> None:
    build(tmp_path)
    linted = lint(tmp_path)
    assert linted.returncode == 0, linted.stdout + linted.stderr


@pytest.mark.parametrize(("importer", "imported", "contract"), WRONG)
def test_a_wrong_import_is_seen(tmp_path: Path, importer: str, imported: str, contract: str) -> None:
    build(tmp_path)
    with (tmp_path / importer).open("a") as module:
        module.write(f"import {imported}\n")
    linted = lint(tmp_path)
    # Behind the word it may say how many imports are excepted.
    broken = [line for line in linted.stdout.splitlines() if " BROKEN" in line]
    assert any(line.startswith(contract) for line in broken), linted.stdout + linted.stderr
