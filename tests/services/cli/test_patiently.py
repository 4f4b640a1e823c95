"""Asking again while somebody is away, until the patience ends."""

from collections.abc import Iterator

import pytest

from services.cli.patiently import patiently
from shared.errors import Invalid, TimedOut, Unavailable


class Failing:
    """Work that fails as it is told, and then is done."""

    def __init__(self, *errors: Exception) -> None:
        self._errors: Iterator[Exception] = iter(errors)
        self.tries = 0

    async def __call__(self) -> str:
        self.tries += 1
        if (error := next(self._errors, None)) is not None:
            raise error
        return "done"


async def test_it_is_done_again_until_it_is_done_and_each_reason_is_told_once() -> None:
    told: list[str] = []
    work = Failing(Unavailable("away"), Unavailable("away"), TimedOut("silent"))

    assert await patiently(work, tell=told.append) == "done"
    assert work.tries == 4
    assert told == ["away", "silent"]


async def test_it_ends_with_the_patience() -> None:
    work = Failing(*(Unavailable("away") for _ in range(100)))

    with pytest.raises(Unavailable, match="away"):
        await patiently(work, seconds_max=0.15)
    assert work.tries == 2


async def test_what_will_not_get_better_is_not_tried_again(capsys: pytest.CaptureFixture[str]) -> None:
    work = Failing(Unavailable("away"), Invalid("wrong"))

    with pytest.raises(Invalid, match="wrong"):
        await patiently(work)
    assert work.tries == 2
    assert capsys.readouterr().err == "waiting: away\n"
