"""The raw fsync: every one of them is in the distribution, and nothing is left on the disk."""

import os
from pathlib import Path

import pytest

from benchmarks.limits.disk import fsync_latencies


async def test_each_write_is_synced_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    sync = os.fsync

    def counted(file: int) -> None:
        sync(file)
        sizes.append(os.fstat(file).st_size)

    monkeypatch.setattr(os, "fsync", counted)
    latencies = await fsync_latencies(tmp_path, write_bytes=4_096, count=5)
    assert len(latencies) == 5
    assert sizes == [4_096 * number for number in range(1, 6)]
    assert not files_in(tmp_path)


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())
