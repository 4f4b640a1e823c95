"""Where a run took place: the machine, the versions, the settings that are not as they come.

It goes into files that are shown around. So no host, no user and no path of the machine is in it.
"""

import os
import platform
import re
import sqlite3
import subprocess
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal, get_origin

import apsw
from pydantic import JsonValue

from services.cli.origins import every_setting
from shared import __version__
from shared.bus.broker import find_program
from shared.errors import Unavailable
from shared.settings import Settings

PACKAGES = ("nats-py", "uvloop", "pydantic", "orjson", "aiosqlite", "apsw", "faststream", "hdrhistogram")
ASK_SECONDS_MAX = 10.0
SAID_TO_SAY_NOTHING = "set, but not written down"
# A place on a disk; its last part may stay, because that says what it was about.
PLACE = re.compile(r"(?<![\w.:/])/(?:[^\s/'\"():,;]+/)+")


def machine() -> dict[str, JsonValue]:
    pages, page_bytes = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {
        "cpu": _cpu(Path("/proc/cpuinfo")),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mib": pages * page_bytes // 1024**2,
        "kernel": impersonal(f"{platform.system()} {platform.release()}"),
        "filesystem": filesystem(Path(tempfile.gettempdir()), Path("/proc/self/mountinfo")),
        # Of the last minute, before anything was started.
        "load_before": round(os.getloadavg()[0], 2),
    }


def versions(settings: Settings) -> dict[str, str]:
    found = {"python": f"{platform.python_implementation()} {platform.python_version()}", "postil": __version__}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    found["sqlite"] = apsw.sqlite_lib_version()
    found["sqlite of python"] = sqlite3.sqlite_version
    found["nats-server"] = _server(settings)
    return found


def changed_settings(settings: Settings) -> dict[str, JsonValue]:
    """Numbers and choices with their values; what may name a person or a place is only said to be set."""
    changed: dict[str, JsonValue] = {}
    for setting in every_setting():
        value: object = settings
        for name in setting.keys:
            value = getattr(value, name)
        if value != setting.field.default:
            harmless = get_origin(setting.field.annotation) is Literal
            changed[setting.name] = (
                value
                if isinstance(value, bool | int | float) or (harmless and isinstance(value, str))
                else SAID_TO_SAY_NOTHING
            )
    return changed


def impersonal(text: str) -> str:
    """A text that was not made for it, fit to be shown around."""
    for name in {platform.node(), platform.node().partition(".")[0]} - {"", "localhost"}:
        text = re.sub(rf"\b{re.escape(name)}\b", "…", text)
    return PLACE.sub("…/", text.replace(str(Path.home()), "~"))


def filesystem(folder: Path, mounts: Path) -> str:
    """The kind of it, by the mount point nearest above the folder."""
    try:
        lines = mounts.read_text().splitlines()
    except OSError:
        return "unknown"
    kinds: dict[Path, str] = {}
    for line in lines:
        mount, _, source = line.partition(" - ")
        kinds[Path(mount.split()[4])] = source.split()[0]
    real = folder.resolve()
    return next((kinds[above] for above in (real, *real.parents) if above in kinds), "unknown")


def _cpu(facts: Path) -> str:
    try:
        lines = facts.read_text().splitlines()
    except OSError:
        lines = []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def _server(settings: Settings) -> str:
    if settings.nats.url is not None:
        return "one of your own"
    try:
        said = subprocess.run(
            [find_program(settings.broker.binary), "--version"],
            capture_output=True,
            text=True,
            timeout=ASK_SECONDS_MAX,
            check=True,
        ).stdout
    except (Unavailable, OSError, subprocess.SubprocessError):
        return "unknown"
    return said.strip().rpartition("v")[2]
