"""Breaks Postil's promises from within, quietly, in the processes of a system under test.

A benchmark that reports figures of such a system is none: that is what the tests beside this folder are about.
"""

from collections.abc import Iterator
from itertools import cycle

LOST_OF = 7


def losses() -> Iterator[bool]:
    return cycle([False] * (LOST_OF - 1) + [True])
