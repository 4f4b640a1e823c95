"""Threads that look into indexes and documents while others write. Each has a reader of the database of its own."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from services.database.sqlite.following import Follower

ResultT = TypeVar("ResultT")


class Readers:
    def __init__(self, database: Path, count: int, name: str) -> None:
        self._database = database
        self._threads = ThreadPoolExecutor(count, name)
        self._own = threading.local()
        self._all: list[Follower] = []

    async def do(self, work: Callable[[Follower], ResultT]) -> ResultT:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._work, work)

    def _work(self, work: Callable[[Follower], ResultT]) -> ResultT:
        follower: Follower | None = getattr(self._own, "follower", None)
        if follower is None:
            follower = self._own.follower = Follower.open(self._database)
            self._all.append(follower)
        return work(follower)

    def close(self) -> None:
        self._threads.shutdown()
        for follower in self._all:
            follower.close()
