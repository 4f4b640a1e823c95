"""Pauses that grow, and end at once when we are told to stop."""

import asyncio

from shared.runtime.patience import Patience, pause_unless


def test_pauses_double_up_to_a_bound_and_begin_anew_after_a_success() -> None:
    patience = Patience(seconds_min=0.5, seconds_max=3.0)
    assert [patience.next_pause_seconds() for _ in range(5)] == [0.5, 1.0, 2.0, 3.0, 3.0]
    patience.reset()
    assert patience.next_pause_seconds() == 0.5


def test_a_thousand_pauses_do_not_overflow() -> None:
    patience = Patience(seconds_min=0.5, seconds_max=3.0)
    assert {patience.next_pause_seconds() for _ in range(1_000)} == {0.5, 1.0, 2.0, 3.0}


async def test_a_pause_ends_when_we_are_told_to_stop() -> None:
    stopping = asyncio.Event()
    assert await pause_unless(stopping, 0.001) is False
    pausing = asyncio.create_task(pause_unless(stopping, 3600))
    stopping.set()
    assert await pausing is True
