"""The step of a stranger's package: found by its entry point, run with ours, and able to hurt nobody but itself."""

import json
import os
from pathlib import Path

from services.analysis.catalogue import ENTRY_POINTS
from tests.flow.stranger import FAST, introduced
from tests.live.installed import install, install_example
from tests.system import UNMEASURED, running_system
from tests.tidy.source import PROJECT

EXAMPLE = PROJECT / "examples" / "plugin-step"
TEXT = "The printer is broken again. Who can have a look? \u00bfQui\u00e9n sabe? I can't."

BROKEN = """
import nothing_of_this_name
"""


async def test_a_step_of_an_installed_package_annotates_and_a_broken_one_is_refused(tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    installed.mkdir()
    [name] = install_example(installed, EXAMPLE, ENTRY_POINTS)
    install(installed, "broken", "1", ENTRY_POINTS, {"broken": "broken_step:step"})
    (installed / "broken_step.py").write_text(BROKEN)
    path = os.pathsep.join(map(str, (PROJECT, EXAMPLE, installed)))
    async with running_system(tmp_path / "data", variables={"PYTHONPATH": path, **UNMEASURED}) as system:
        async with introduced(system.url, "main") as stranger:
            await stranger.publish({"id": "a", "text": TEXT})
            notes = await stranger.notes("a", {*FAST, name})
            assert notes.keys() == {*FAST, name}
            found = notes[name]["value"]["questions"]
            assert [each["text"] for each in found] == ["Who can have a look?", "\u00bfQui\u00e9n sabe?"]
            assert [TEXT[slice(*each["span"])] for each in found] == [each["text"] for each in found]
            assert {notes[step]["status"] for step in notes} == {"ok"}
            assert json.loads((await stranger.client.request("$SRV.PING.postil-analysis")).data)["name"]
        refused = {event["where"]: event["because"] for event in system.events if event["event"] == "step_refused"}
    assert refused == {"broken = broken_step:step": "No module named 'nothing_of_this_name'"}
