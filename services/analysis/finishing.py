"""The second halves of steps, which ask others. Whoever is away makes a finding `degraded`, to be repaired later."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import structlog

from services.analysis.noting import failure_of
from services.analysis.step import Desk, Finding, Noted, Step
from shared.errors import Unavailable

log = structlog.get_logger()


async def finish(step: Step, noted: Sequence[Noted], desk: Desk, seconds_max: float) -> Sequence[Finding]:
    """One finding for each, whatever happens."""
    if step.finish is None:
        return [each.findings[step.name] for each in noted]
    try:
        async with asyncio.timeout(seconds_max):
            findings = await step.finish(noted, desk)
        return [finding for _, finding in zip(noted, findings, strict=True)]
    except Unavailable as error:
        return [_half_done(step, each, error.detail) for each in noted]
    except TimeoutError:
        return [_half_done(step, each, f"there was no answer within {seconds_max:g} s") for each in noted]
    except Exception as error:  # A stranger's code: it costs this step its finding for the one document.
        if len(noted) == 1:
            log.error("step_failed", step=step.name, id=noted[0].document.id, exc_info=error)
            return [failure_of(error)]
        return [(await finish(step, [each], desk, seconds_max))[0] for each in noted]


def _half_done(step: Step, noted: Noted, reason: str) -> Finding:
    return replace(noted.findings[step.name], status="degraded", reason=reason)
