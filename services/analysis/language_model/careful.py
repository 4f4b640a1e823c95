"""Asking a language model with care: so many at a time, within the budget and the deadline, and never in vain for long.

It owns the order of things. How each is done is written in `endpoint`, `breaker`, `budget` and `prompt`.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog
from pydantic import ValidationError

from services.analysis.language_model.budget import Budget, BudgetSpent, Ledger, Reservation
from services.analysis.language_model.outcome import Completion, EndpointFailed
from services.analysis.language_model.prompt import (
    Message,
    cleaned,
    object_in,
    opening_of,
    schema_of,
    tokens_of,
    with_complaint,
)
from services.analysis.language_model.question import Answer, NoAnswer, Question, ReplyT
from services.analysis.language_model.tokens import cost_of, sum_of
from shared.breaker import Breaker, Resting
from shared.bus.bus import Bus
from shared.clock import Clock
from shared.contracts.annotations import Cost
from shared.contracts.message import in_words
from shared.errors import PostilError
from shared.settings import LanguageModelSettings
from shared.shelf import Shelf

if TYPE_CHECKING:
    from services.analysis.language_model.endpoint import Endpoint

log = structlog.get_logger()

# The question, and one more that says what was wrong with the answer.
_ANSWERS_MAX = 2
# How often one question waits because the endpoint wants a pause.
_TRIES_MAX = 3


class CarefulModel:
    def __init__(
        self,
        settings: LanguageModelSettings,
        endpoint: "Endpoint",
        ledger: Ledger,
        clock: Clock,
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._settings = settings
        self._endpoint = endpoint
        self._budget = Budget(settings, ledger, clock, random_bytes)
        self._breaker = Breaker(clock, settings.failures_max, settings.rest_seconds)
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._asked = 0
        self._unanswered = 0

    @property
    def name(self) -> str:
        return self._endpoint.model

    async def ask(self, tenant: str, question: Question[ReplyT]) -> Answer[ReplyT]:
        async with self._slots:
            self._asked += 1
            asking = _Asking(tenant, asyncio.get_running_loop().time() + self._settings.seconds_max)
            try:
                return Answer(await self._answer(asking, question), self.name, asking.cost)
            except NoAnswer as no_answer:
                self._unanswered += 1
                log.info("no_answer", tenant=tenant, reason=no_answer.reason)
                raise NoAnswer(no_answer.reason, asking.cost) from no_answer

    async def close(self) -> None:
        await self._endpoint.close()

    def vitals(self) -> Mapping[str, object]:
        return {
            "model_asked": self._asked,
            "model_unanswered": self._unanswered,
            "model_breaker": self._breaker.state(),
            "budgets_nearly_spent": self._budget.nearly_spent,
        }

    async def _answer(self, asking: "_Asking", question: Question[ReplyT]) -> ReplyT:
        opening = messages = opening_of(question)
        if tokens_of(opening) > self._settings.tokens_in_max:
            raise NoAnswer("the question is longer than the settings allow")
        schema = schema_of(question.reply)
        for _ in range(_ANSWERS_MAX):
            said = (await self._patiently(asking, messages, schema)).text
            try:
                value = question.reply.model_validate_json(object_in(said))
                return cleaned(value, question.material)
            except ValidationError as error:
                messages = with_complaint(opening, said, in_words(error))
        raise NoAnswer("the model's answer is not of the form that was asked for")

    async def _patiently(self, asking: "_Asking", messages: list[Message], schema: Mapping[str, object]) -> Completion:
        for _ in range(_TRIES_MAX):
            await self._wait_for_the_pause_to_end(asking)
            try:
                return await self._within_the_budget(asking, messages, schema)
            except EndpointFailed as failed:
                if failed.pause_seconds is None:
                    raise NoAnswer(failed.reason) from failed
                self._breaker.pause(failed.pause_seconds)
        raise NoAnswer("the endpoint asks for one pause after the other")

    async def _wait_for_the_pause_to_end(self, asking: "_Asking") -> None:
        if (seconds := self._breaker.pause_seconds()) > 0:
            if asyncio.get_running_loop().time() + seconds >= asking.deadline:
                raise NoAnswer("the endpoint asks for a longer pause than there is time")
            await asyncio.sleep(seconds)

    async def _within_the_budget(
        self, asking: "_Asking", messages: list[Message], schema: Mapping[str, object]
    ) -> Completion:
        worst = cost_of(self._settings, tokens_of(messages), self._settings.tokens_out_max)
        try:
            with self._breaker.passing():
                reservation = await self._budget.reserve(asking.tenant, worst)
                return await self._reserved(asking, reservation, messages, schema)
        except Resting as resting:
            raise NoAnswer("the endpoint has failed again and again, and is left alone for a while") from resting
        except BudgetSpent as spent:
            raise NoAnswer(spent.reason) from spent
        except PostilError as error:
            raise NoAnswer(f"the budget can't be looked into: {error.detail}") from error

    async def _reserved(
        self, asking: "_Asking", reservation: Reservation, messages: list[Message], schema: Mapping[str, object]
    ) -> Completion:
        # Whatever ends it on the way, the endpoint may have worked on it.
        used = reservation.cost
        try:
            completion = await self._endpoint.complete(messages, schema, asking.deadline)
            if completion.tokens_in is not None and completion.tokens_out is not None:
                used = cost_of(self._settings, completion.tokens_in, completion.tokens_out)
        except EndpointFailed as failed:
            if not failed.is_paid:
                used = Cost()
            raise
        finally:
            asking.cost = sum_of(asking.cost, used)
            await self._settle(reservation, used)
        return completion

    async def _settle(self, reservation: Reservation, used: Cost) -> None:
        try:
            await self._budget.settle(reservation, used)
        except PostilError as error:
            # The answer is there all the same, and what stays reserved is on the safe side.
            log.warning("reservation_left", tenant=reservation.tenant, reason=error.detail)


@dataclass(slots=True)
class _Asking:
    """One question on its way: by when, in the time of the event loop, and what all its tries have used up so far."""

    tenant: str
    deadline: float
    cost: Cost = field(default_factory=Cost)


def open_language_model(
    settings: LanguageModelSettings, bus: Bus, clock: Clock, random_bytes: Callable[[int], bytes]
) -> CarefulModel | None:
    """None if no endpoint is configured. It belongs to the event loop that it is first used in."""
    if not settings.url:
        return None
    from services.analysis.language_model.endpoint import Endpoint  # noqa: PLC0415  # half a second, for who needs it

    return CarefulModel(settings, Endpoint(settings, clock), Shelf(bus), clock, random_bytes)
