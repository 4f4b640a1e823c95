"""One line for each event, whoever logs it, in either form."""

import json
import subprocess
import sys
from pathlib import Path

from tests.system import environment

# In a process of its own: what is configured here would hold for all other tests.
SCRIPT = """
import logging, sys, threading
import structlog
from shared.logs import configure_logs
from shared.settings import LogSettings

configure_logs(LogSettings(level="info", format=sys.argv[1]), service="probe")
log = structlog.get_logger()
log.debug("unheard")
log.info("happened", count=3, words="two words")
thread = threading.Thread(target=lambda: log.warning("in_a_thread"))
thread.start()
thread.join()
logging.getLogger("a.library").warning("it has %s to say", "something")
try:
    1 / 0
except ZeroDivisionError as error:
    log.exception("failed", exc_info=error)
"""


def said(form: str, cwd: Path) -> list[str]:
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, form], cwd=cwd, env=environment(), capture_output=True, text=True, check=True
    )
    assert ran.stdout == ""
    return ran.stderr.splitlines()


def test_as_json(tmp_path: Path) -> None:
    events = [json.loads(line) for line in said("auto", tmp_path)]
    assert [event["event"] for event in events] == ["happened", "in_a_thread", "it has something to say", "failed"]
    assert {event["service"] for event in events} == {"probe"}
    assert [event["level"] for event in events] == ["info", "warning", "warning", "error"]
    assert (events[0]["count"], events[0]["words"]) == (3, "two words")
    assert events[3]["exception"][0]["exc_type"] == "ZeroDivisionError"


def test_for_a_person(tmp_path: Path) -> None:
    lines = said("pretty", tmp_path)
    times, happened, *_ = lines[0].partition(" ")
    assert len(times) == len("09:30:00")
    assert happened == " "
    assert lines[0].split() == [times, "[info", "]", "probe", "happened", "count=3", "words='two", "words'"]
    assert lines[1].split()[1:] == ["[warning]", "probe", "in_a_thread"]
    assert any("ZeroDivisionError" in line for line in lines[3:])
