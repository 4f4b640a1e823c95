"""The commands of a stranger's package: found by their entry point, and given in a chat that any program can be."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from services.bot.catalogue import ENTRY_POINTS
from tests.flow.stranger import introduced
from tests.live.installed import install, install_example
from tests.system import UNMEASURED, environment, running_system
from tests.tidy.source import PROJECT

EXAMPLE = PROJECT / "examples" / "plugin-dice"

BROKEN = """
import nothing_of_this_name
"""


async def test_commands_of_an_installed_package_are_answered_and_a_broken_one_is_refused(tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    installed.mkdir()
    install_example(installed, EXAMPLE, ENTRY_POINTS)
    install(installed, "broken", "1", ENTRY_POINTS, {"broken": "broken_commands:commands"})
    (installed / "broken_commands.py").write_text(BROKEN)
    path = os.pathsep.join(map(str, (PROJECT, EXAMPLE, installed)))
    async with running_system(tmp_path / "data", variables={"PYTHONPATH": path, **UNMEASURED}) as system:
        async with introduced(system.url, "main") as stranger:
            heard = await stranger.listening("say.test.room")

            async def answer_to(text: str) -> str:
                await stranger.publish({"author": "ada", "text": text}, "chat.test.room")
                line = await heard.next_msg(timeout=10)
                # A network says that the line is out; until then the bot would not be done with it.
                await line.respond(b"{}")
                return str(json.loads(line.data)["text"])

            said = re.search(r"2d6\+3: \[([1-6]) ([1-6])\] \+ 3 = (\d+)", await answer_to("!roll 2d6+3"))
            assert said is not None
            one, two, total = map(int, said.groups())
            assert one + two + 3 == total
            assert "COUNT: should be at most 20. Usage: !flip [COUNT]" in await answer_to("!flip 21")
        refused = {event["where"]: event["because"] for event in system.events if event["event"] == "command_refused"}
    assert refused == {"broken = broken_commands:commands": "No module named 'nothing_of_this_name'"}


def test_its_own_tests_pass_where_they_are() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=EXAMPLE,
        env=environment(UNMEASURED),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert " passed" in ran.stdout
