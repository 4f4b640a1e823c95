"""Strangers' text on a terminal."""

from shared.harmless import harmless, one_line

__all__ = ["harmless", "one_line"]
