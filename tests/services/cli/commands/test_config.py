"""`postil config`, as it is typed."""

import json
from pathlib import Path

from services.cli.settings_page import settings_page
from tests.system import postil


def test_json_has_an_object_for_each_setting(tmp_path: Path) -> None:
    ran = postil("config", "show", "--json", "--tenant", "acme", cwd=tmp_path, variables={"POSTIL_NATS__TOKEN": "t0p"})
    lines = {line["name"]: line for line in map(json.loads, ran.out.splitlines())}
    assert (ran.code, ran.err) == (0, "")
    assert lines["tenant"] == {
        "name": "tenant",
        "value": "acme",
        "source": "command line",
        "variable": "POSTIL_TENANT",
        "description": "The tenant that commands speak for.",
    }
    assert lines["data"]["value"] == "postil-data"
    assert lines["nats.token"]["source"] == "environment POSTIL_NATS__TOKEN"
    assert "t0p" not in ran.out


def test_a_person_may_look_at_what_was_changed_alone(tmp_path: Path) -> None:
    (tmp_path / "postil.toml").write_text("[limits]\ntags_max = 3\n")
    ran = postil("config", "show", "--changed", cwd=tmp_path, variables={"POSTIL_TENNANT": "acme"})
    assert ran.code == 0
    assert ran.err == "postil: POSTIL_TENNANT in the environment is no setting; did you mean POSTIL_TENANT?\n"
    assert [line.split()[:4] for line in ran.out.splitlines()] == [
        ["setting", "value", "from", "meaning"],
        ["limits.tags_max", "3", "file", "postil.toml"],
    ]


def test_docs_prints_the_page(tmp_path: Path) -> None:
    ran = postil("config", "docs", cwd=tmp_path)
    assert (ran.code, ran.out, ran.err) == (0, settings_page(), "")
