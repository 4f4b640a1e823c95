"""The HTML report: one file that needs nothing else."""

from benchmarks.report.page import page_of

__all__ = ["page_of"]
