"""The dice of a run, which says how to have them again."""

import os
import sys
from random import Random, SystemRandom


def dice() -> Random:
    seed = int(os.environ.get("POSTIL_TEST_CHAOS_SEED", SystemRandom().randrange(2**32)))
    sys.stdout.write(f"POSTIL_TEST_CHAOS_SEED={seed}\n")
    return Random(seed)
