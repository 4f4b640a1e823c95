"""Parts of a system that are started by themselves, and leave nothing behind."""

from typing import get_args

from benchmarks.alone import Part, import_seconds, start_seconds
from tests.system import children

PARTS: tuple[Part, ...] = get_args(Part)


async def test_a_part_by_itself_answers_and_is_gone_at_the_end() -> None:
    before = children()
    for part in PARTS:
        assert await start_seconds(part) > 0
    assert await import_seconds() > 0
    assert children() == before
