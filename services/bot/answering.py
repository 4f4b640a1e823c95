"""One call from start to end: who gives it, may they, how often, what does it mean, what comes of it, who hears of it.

A command can't cost more than its own call: it has a time limit, and whatever it raises or returns becomes a sentence.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches

import structlog
from pydantic import JsonValue, TypeAdapter, ValidationError

from services.bot.arguments import Rest, read_arguments
from services.bot.command import ROLES, Answer, Call, Command
from services.bot.desk import Current
from services.bot.listening.limits import Limits, Refusal
from services.bot.saying.speaking import Voice
from services.bot.trust.audit import AuditBook
from shared.clock import ONE_MILLISECOND, Clock
from shared.contracts.audit import AuditFacts, AuditResult
from shared.errors import Invalid, PostilError, Unavailable
from shared.harmless import one_line
from shared.settings import Role

log = structlog.get_logger()

# So many waits for another service may be in one command.
ASKS_MAX = 4
REPR_CHARACTERS_MAX = 1_000
WORD_CHARACTERS_MAX = 40

UNRECORDED = "I can't record this now, so I don't do it."
DONE_UNRECORDED = "This was done, but it is not on record yet."

_JSON: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)


@dataclass(frozen=True, slots=True)
class _Outcome:
    result: AuditResult
    # None is silence.
    answer: Answer | None
    detail: str = ""


class Answering:
    def __init__(self, voice: Voice, audit: AuditBook, limits: Limits, current: Current, clock: Clock) -> None:
        self._voice = voice
        self._audit = audit
        self._limits = limits
        self._current = current
        self._clock = clock
        self.answered = 0
        self.refused = 0
        self.ignored = 0
        self.failed = 0

    async def answer(self, call: Call) -> None:
        started_at = self._clock.now()
        role = await call.role()
        if role == "ignored":
            self.ignored += 1
            return
        outcome = await self._outcome(call, role)
        self._count(outcome)
        answer = await self._recorded(call, role, outcome, started_at)
        if answer is not None:
            await self._voice.answer(call, answer)
            self.answered += 1

    async def _outcome(self, call: Call, role: Role) -> _Outcome:
        command = call.command
        refusal = self._limits.refusal(call, role, self._current.settings)
        if refusal is not None:
            return _limited(refusal)
        if ROLES.index(role) > ROLES.index(command.role):
            return _told("denied", f"{command.word} is for {command.role}s, and you are a {role} here.")
        refusal = self._limits.cooling(call, role)
        if refusal is not None:
            return _limited(refusal)
        if command.changes and self._audit.is_stuck(call.tenant):
            return _told("refused", UNRECORDED)
        try:
            arguments = read_arguments(command, call)
        except Invalid as error:
            return _told("usage", error.detail)
        self._limits.begin_cooldown(call)
        return await self._run(call, arguments)

    async def _run(self, call: Call, arguments: Mapping[str, object]) -> _Outcome:
        seconds_max = ASKS_MAX * self._current.settings.ask_seconds_max
        # A task of its own, because a command may be deaf to being cancelled; then nobody waits for it any more.
        task = asyncio.create_task(_work(call, arguments))
        try:
            await asyncio.wait({task}, timeout=seconds_max)
            if task.done():
                return _broken(call) if task.cancelled() else task.result()
        finally:
            task.cancel()
        log.warning("command_given_up", command=call.command.word, tenant=call.tenant, seconds=seconds_max)
        doubt = " It may have been done or not." if call.command.changes else ""
        return _told("failed", f"{_name(call)} took longer than {seconds_max:g} s, so I gave it up.{doubt}")

    async def _recorded(self, call: Call, role: Role, outcome: _Outcome, started_at: datetime) -> Answer | None:
        """Recorded, if it has to be. What may have changed something is on record before anything is said of it."""
        command, answer = call.command, outcome.answer
        acted = command.changes and outcome.result in ("ok", "failed")
        if not acted and outcome.result != "denied":
            worth_it = command.changes or command.role != "member" or self._current.settings.audit_reads
            # Silence is one of many, and the first of them was told.
            if worth_it and answer is not None:
                self._audit.note(call.tenant, self._facts(call, role, outcome, started_at))
            return answer
        facts = self._facts(call, role, outcome, started_at)
        try:
            await self._audit.record(call.tenant, facts)
        except PostilError as error:
            log.error("not_recorded", because=error.detail, tenant=call.tenant, facts=facts.model_dump(mode="json"))
            if outcome.result == "ok" and answer is not None:
                return replace(answer, lines=[*answer.lines, DONE_UNRECORDED])
        return answer

    def _facts(self, call: Call, role: Role, outcome: _Outcome, started_at: datetime) -> AuditFacts:
        answer = outcome.answer or Answer()
        return AuditFacts(
            at=call.at,
            network=call.place.network,
            channel=call.place.channel,
            author=call.who.name,
            account=call.who.account,
            command=call.command.word,
            arguments=call.words,
            role=role,
            allowed=outcome.result not in ("denied", "limited"),
            result=outcome.result,
            detail=outcome.detail,
            duration_ms=(self._clock.now() - started_at) / ONE_MILLISECOND,
            before=answer.before,
            after=answer.after,
        )

    def _count(self, outcome: _Outcome) -> None:
        match outcome.result:
            case "failed":
                self.failed += 1
            case "denied" | "limited":
                self.refused += 1


async def _work(call: Call, arguments: Mapping[str, object]) -> _Outcome:
    command = call.command
    try:
        answer = _answer_of(await command.work(call, **arguments))
    except Unavailable as error:
        return _told("failed", error.detail)
    except PostilError as error:
        return _told("refused", error.detail)
    except (Exception, SystemExit) as error:  # A stranger's command may raise anything; it costs its own call.
        log.exception("command_failed", command=command.word, tenant=call.tenant, exc_info=error)
        return _broken(call)
    return _Outcome("ok", replace(answer, private=True) if command.private else answer)


def _answer_of(result: object) -> Answer:
    """A command returns what it likes, and promises a `Result`."""
    answer = result if isinstance(result, Answer) else Answer(_lines_of(result))
    return Answer(_lines_of(answer.lines), bool(answer.private), _json_of(answer.before), _json_of(answer.after))


def _lines_of(lines: object) -> Sequence[str]:
    if isinstance(lines, str):
        return [lines]
    if isinstance(lines, Sequence) and all(isinstance(line, str) for line in lines):
        return lines
    raise TypeError(f"it returned {type(lines).__name__}, which is neither text nor several")


def _json_of(value: object) -> JsonValue:
    # It was done already; so it is recorded as well as can be.
    try:
        return _JSON.validate_python(value)
    except ValidationError:
        return repr(value)[:REPR_CHARACTERS_MAX]


def _limited(refusal: Refusal) -> _Outcome:
    return _Outcome("limited", None) if refusal.text is None else _told("limited", refusal.text)


def _told(result: AuditResult, text: str) -> _Outcome:
    return _Outcome(result, Answer([text]), text)


def _broken(call: Call) -> _Outcome:
    return _told("failed", f"{_name(call)} broke; the log says why.")


def _name(call: Call) -> str:
    # Without the prefix, with which it would be a command itself.
    return call.command.word


async def _hint(call: Call, words: Rest) -> str:
    word = one_line(words, WORD_CHARACTERS_MAX).partition(" ")[0]
    near = get_close_matches(word.lower(), [command.word for command in call.desk.commands], n=1)
    guess = f" Do you mean {near[0]}?" if near else ""
    return f"There is no command {word}.{guess} Say help to see them all."


# In a private conversation whatever is no command gets this as its answer.
UNKNOWN = Command(word="unknown", help="says that there is no such command", work=_hint)
