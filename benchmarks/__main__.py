"""`python -m benchmarks`, which is `postil bench`: calls the commands, or says what is missing for them.

Nothing is imported here that comes only with the extra packages, or that would make `postil --help` slower.
"""

import sys
from collections.abc import Sequence
from importlib import import_module

from services.cli.output import complain
from services.cli.session import Exit

INSTALL = "pip install 'postil[bench]'"
OURS = {"benchmarks", "services", "shared"}


def main(arguments: Sequence[str] | None = None, name: str = "python -m benchmarks") -> None:
    try:
        commands = import_module("benchmarks.commands")
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing in OURS:
            raise
        complain(f"the benchmarks need {missing!r}, which is not installed: {INSTALL}")
        sys.exit(Exit.UNAVAILABLE)
    commands.app(arguments, prog_name=name)


if __name__ == "__main__":
    main()
