"""Nobody is left behind when the service is killed."""

import asyncio
import sys
from asyncio.subprocess import PIPE

import psutil  # type: ignore[import-untyped]  # it comes without types

from tests.services.analysis.workers.hands import at_work
from tests.system import lives
from tests.until import until

# A service that is killed while one of its workers is at rest and the other in a loop that never ends.
PARENT = """
import asyncio
from shared.logs import configure_logs
from shared.settings import LogSettings
from tests.services.analysis.workers.hands import SETTINGS, task, working

async def main():
    async with working(SETTINGS.model_copy(update={"workers": 2})) as (pool, catalogue):
        while len(pool.pids) < 2:
            await asyncio.sleep(0.01)
        print(*pool.pids.values(), flush=True)
        while True:
            await pool.run([task(catalogue, "a", "loop")])

configure_logs(LogSettings(), service="test")
asyncio.run(main())
"""


async def test_workers_die_with_their_service() -> None:
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", PARENT, stdout=PIPE)
    assert parent.stdout is not None
    workers = [psutil.Process(int(pid)) for pid in (await parent.stdout.readline()).split()]
    assert len(workers) == 2
    looking = [at_work(worker) for worker in workers]
    await until(lambda: any(is_at_work() for is_at_work in looking))
    parent.kill()
    await parent.wait()
    await until(lambda: not any(lives(worker) for worker in workers))
