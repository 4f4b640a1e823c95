"""The disk alone: what it takes to have a few bytes on it for certain."""

import asyncio
import os
import tempfile
from pathlib import Path
from time import perf_counter, sleep

from benchmarks.latencies import Latencies


async def fsync_latencies(folder: Path, *, write_bytes: int, count: int, pause_seconds: float = 0.0) -> Latencies:
    """Of one write and one fsync after it, to the end of a file that grows, as a log's does."""
    return await asyncio.to_thread(_measure, folder, b"x" * write_bytes, count, pause_seconds)


def _measure(folder: Path, written: bytes, count: int, pause_seconds: float) -> Latencies:
    latencies = Latencies()
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(count):
            sleep(pause_seconds)
            begun = perf_counter()
            file.write(written)
            os.fsync(file.fileno())
            latencies.record(perf_counter() - begun)
    return latencies
