"""Packages of strangers: a step and commands, found by their entry points, run with ours, and able to hurt nobody but
themselves."""

import os
import re
import subprocess
import sys
from pathlib import Path

from services.analysis.catalogue import ENTRY_POINTS as STEPS
from services.bot.catalogue import ENTRY_POINTS as COMMANDS
from tests.flow.stranger import FAST, Stranger
from tests.live.installed import install, install_example
from tests.live.talking import Talk, talking
from tests.system import UNMEASURED, environment, running_system
from tests.tidy.source import PROJECT

STEP, DICE = (PROJECT / "examples" / name for name in ("plugin-step", "plugin-dice"))
TEXT = "The printer is broken again. Who can have a look? \u00bfQui\u00e9n sabe? I can't."
BROKEN = """
import nothing_of_this_name
"""


async def test_what_installed_packages_offer_is_used_and_what_is_broken_is_refused(tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    installed.mkdir()
    [step] = install_example(installed, STEP, STEPS)
    install_example(installed, DICE, COMMANDS)
    for group, name in ((STEPS, "broken_step"), (COMMANDS, "broken_commands")):
        install(installed, name, "1", group, {name: f"{name}:it"})
        (installed / f"{name}.py").write_text(BROKEN)
    path = os.pathsep.join(map(str, (PROJECT, STEP, DICE, installed)))
    async with running_system(tmp_path / "data", variables={"PYTHONPATH": path, **UNMEASURED}) as system:
        async with talking(system) as talk:
            await talk.stranger.publish({"id": "a", "text": TEXT})
            await expect_dice(talk)
            await expect_questions(talk.stranger, step)
        refused = {
            (event["event"], event["where"], event["because"])
            for event in system.events
            if str(event["event"]).endswith("_refused")
        }
    assert refused == {
        (f"{kind}_refused", f"{name} = {name}:it", "No module named 'nothing_of_this_name'")
        for kind, name in (("step", "broken_step"), ("command", "broken_commands"))
    }


async def expect_dice(talk: Talk) -> None:
    [answer] = await talk.asked("!roll 2d6+3")
    said = re.search(r"2d6\+3: \[([1-6]) ([1-6])\] \+ 3 = (\d+)", answer)
    assert said is not None, answer
    one, two, total = map(int, said.groups())
    assert one + two + 3 == total
    assert await talk.asked("!flip 21") == ["COUNT: should be at most 20. Usage: !flip [COUNT]"]


async def expect_questions(stranger: Stranger, step: str) -> None:
    notes = await stranger.notes("a", {*FAST, step})
    assert notes.keys() == {*FAST, step}
    found = notes[step]["value"]["questions"]
    assert [each["text"] for each in found] == ["Who can have a look?", "\u00bfQui\u00e9n sabe?"]
    assert [TEXT[slice(*each["span"])] for each in found] == [each["text"] for each in found]
    assert {notes[each]["status"] for each in notes} == {"ok"}


def test_the_tests_of_the_commands_pass_where_they_are() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=DICE,
        env=environment(UNMEASURED),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert " passed" in ran.stdout
