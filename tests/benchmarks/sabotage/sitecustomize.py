"""Loaded by every Python that is started with this folder on its path: lets in the saboteur of that process."""

import sys
from importlib import import_module

PLAYERS = "benchmarks.players."

if sys.orig_argv[-2:] == ["serve", "ingest"]:
    import_module("tests.benchmarks.sabotage.ingest")
elif sys.orig_argv[-2:] == ["serve", "database"]:
    import_module("tests.benchmarks.sabotage.database")
elif any(word.startswith(PLAYERS) for word in sys.orig_argv):
    import_module("tests.benchmarks.sabotage.player")
