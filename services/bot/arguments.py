"""The arguments of a command: read from what was typed, by the annotations of its work.

Words become arguments in their order; one with a default may be left out. pydantic reads each word, so any type that
it can read from a string will do. A validator finds the `Call` in its `info.context`; `When` needs it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from inspect import Parameter, iscoroutinefunction, signature
from itertools import pairwise
from types import NoneType
from typing import Annotated, Literal, get_args, get_origin

from pydantic import AfterValidator, BeforeValidator, ConfigDict, TypeAdapter, ValidationError, ValidationInfo
from pydantic_core import ErrorDetails

from services.bot.command import Call, Command, Work
from shared.errors import Invalid
from shared.harmless import harmless, one_line

SPAN_MAX = timedelta(days=3_660)
NAME_CHARACTERS_MAX = 100
WORD_SHOWN_CHARACTERS_MAX = 40
FAULT_CHARACTERS_MAX = 200
FAULTS_SHOWN_MAX = 3
COMMANDS_KNOWN_MAX = 512

_TAKES_THE_REST = object()
# Several words in quotes, or else one as it stands: a quote that is never closed is just text.
_WORD = re.compile(r'"(?P<quoted>[^"]*)"(?!\S)|\S+')

_SPAN = re.compile(
    r"(?:(?P<weeks>[0-9]{1,7})w)?(?:(?P<days>[0-9]{1,7})d)?(?:(?P<hours>[0-9]{1,7})h)?"
    r"(?:(?P<minutes>[0-9]{1,7})m)?(?:(?P<seconds>[0-9]{1,7})s)?"
)
_TIME_OF_DAY = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_MOMENT_CHARACTERS_MAX = 40


def _span(word: str) -> timedelta:
    span = _read_span(word)
    if not span:
        raise ValueError("should be a span of time, as in 90s, 10m, 1h30m or 3d")
    return span


def _read_span(word: str) -> timedelta | None:
    found = _SPAN.fullmatch(word.lower())
    if found is None or not word:
        return None
    span = timedelta(**{unit: int(number) for unit, number in found.groupdict().items() if number})
    if span > SPAN_MAX:
        raise ValueError("should be at most ten years")
    return span


def _when(word: str, info: ValidationInfo[Call]) -> datetime:
    now = info.context.at.astimezone(UTC)
    span = _read_span(word)
    if span is not None:
        return now + span
    try:
        if time_of_day := _TIME_OF_DAY.fullmatch(word):
            hour, minute = map(int, time_of_day.groups())
            today = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
            return today if today > now else today + timedelta(days=1)
        moment = datetime.fromisoformat(word[:_MOMENT_CHARACTERS_MAX])
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError("should be a time, as in 10m, 18:30, 2026-01-31 or 2026-01-31T18:30 (UTC)") from error


def _name(word: str) -> str:
    name = word.removeprefix("@").strip()
    if not name or len(name) > NAME_CHARACTERS_MAX or harmless(name) != name:
        raise ValueError("should be somebody's name")
    return name


def _something(text: str) -> str:
    if not text:
        raise ValueError("should not be empty")
    return text


# Somebody's name, with or without an @ before it.
Name = Annotated[str, AfterValidator(_name)]
# All that is left of the line, as it was typed. Only the last argument can take it.
Rest = Annotated[str, AfterValidator(_something), _TAKES_THE_REST]
Span = Annotated[timedelta, BeforeValidator(_span)]
# A span from now, the next time that a clock in UTC shows it, or a moment; in UTC where no zone is given.
When = Annotated[datetime, BeforeValidator(_when)]


@dataclass(frozen=True, slots=True)
class _Argument:
    name: str
    # In faults, and in the usage.
    label: str
    shown: str
    optional: bool
    takes_the_rest: bool
    # What a Literal allows, by how it is typed.
    choices: Mapping[str, object]
    adapter: TypeAdapter[object]

    def read(self, word: str, call: Call) -> object:
        return self.adapter.validate_python(self.choices.get(word.lower(), word), context=call)


def read_arguments(command: Command, call: Call) -> dict[str, object]:
    """By name, from the words of the call. Raises `Invalid` in words for whoever typed them."""
    found: dict[str, object] = {}
    left = call.words.strip()
    for argument in _arguments_of(command.work):
        if not left:
            if argument.optional:
                break
            raise _refused(f"{argument.label} is missing", command, call)
        word, left = (left, "") if argument.takes_the_rest else _next_word(left)
        try:
            found[argument.name] = argument.read(word, call)
        except ValidationError as error:
            raise _refused(f"{argument.label}: {_faults(error, word)}", command, call) from error
    if left:
        raise _refused("There are too many words", command, call)
    return found


def usage_of(command: Command, prefix: str = "!") -> str:
    """How it is typed: `!remind WHO WHEN TEXT…`, and in brackets what may be left out."""
    shown = (f"[{each.shown}]" if each.optional else each.shown for each in _arguments_of(command.work))
    return " ".join((f"{prefix}{command.word}", *shown))


def check_signature(command: Command) -> None:
    """Raises `TypeError` with the reason why no line could ever be read for it."""
    _arguments_of(command.work)


# By the work: making an adapter takes longer than all of an answer.
@lru_cache(maxsize=COMMANDS_KNOWN_MAX)
def _arguments_of(work: Work) -> Sequence[_Argument]:
    if not iscoroutinefunction(work):
        raise TypeError("its work is not an `async def`")
    try:
        call, *parameters = signature(work, eval_str=True).parameters.values()
    except ValueError as error:
        raise TypeError("its work does not take the call") from error
    except NameError as error:
        raise TypeError(f"an annotation of its work can't be understood: {error}") from error
    if call.kind not in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD):
        raise TypeError("its work does not take the call first")
    arguments = tuple(map(_argument_of, parameters))
    for earlier, later in pairwise(arguments):
        if earlier.takes_the_rest:
            raise TypeError(f"{earlier.name!r} takes the rest of the line, so nothing can come after it")
        if earlier.optional and not later.optional:
            raise TypeError(f"{later.name!r} can't be left out, so {earlier.name!r} before it can't be either")
    return arguments


def _argument_of(parameter: Parameter) -> _Argument:
    name, annotation = parameter.name, parameter.annotation
    if parameter.kind not in (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY):
        raise TypeError(f"{name!r} can't be given by its name")
    if annotation is Parameter.empty:
        raise TypeError(f"{name!r} has no annotation, so nobody knows how to read it")
    try:
        adapter: TypeAdapter[object] = TypeAdapter(annotation, config=ConfigDict(allow_inf_nan=False))
    except Exception as error:  # A stranger's annotation: pydantic has many ways to say that it makes no sense of one.
        raise TypeError(f"{name!r} can't be read from a line: {error}") from error
    inside = tuple(_inside(annotation))
    choices = {str(each).lower(): each for part in inside if get_origin(part) is Literal for each in get_args(part)}
    takes_the_rest = any(part is _TAKES_THE_REST for part in inside)
    label = name.strip("_").upper().replace("_", "-")
    anything = not choices or any(isinstance(part, type) and part is not NoneType for part in inside)
    shown = "|".join([label, *choices] if anything else choices)
    return _Argument(
        name=name,
        label=label,
        shown=f"{shown}\N{HORIZONTAL ELLIPSIS}" if takes_the_rest else shown,
        optional=parameter.default is not Parameter.empty,
        takes_the_rest=takes_the_rest,
        choices=choices,
        adapter=adapter,
    )


def _inside(annotation: object) -> Iterator[object]:
    """The annotation, and what it is put together from."""
    yield annotation
    if get_origin(annotation) is not Literal:
        for part in get_args(annotation):
            yield from _inside(part)


def _next_word(text: str) -> tuple[str, str]:
    found = _WORD.match(text)
    if found is None:
        return text, ""
    quoted: str | None = found["quoted"]
    return found[0] if quoted is None else quoted, text[found.end() :].lstrip()


def _refused(because: str, command: Command, call: Call) -> Invalid:
    prefix = "" if call.place.is_private else call.desk.prefix
    return Invalid(f"{because}. Usage: {usage_of(command, prefix)}")


def _faults(error: ValidationError, word: str) -> str:
    findings = error.errors(include_url=False, include_input=False)[:FAULTS_SHOWN_MAX]
    said = ", or ".join(dict.fromkeys(map(_fault, findings)))
    # A validator of somebody's may repeat the word, whatever it is.
    if len(word) > WORD_SHOWN_CHARACTERS_MAX:
        said = said.replace(word, one_line(word, WORD_SHOWN_CHARACTERS_MAX))
    return one_line(said, FAULT_CHARACTERS_MAX).removesuffix(".")


# By pydantic's type of an error: what it says to people, with the bound where there is one.
_FAULTS: Mapping[str, tuple[str, str]] = {
    "bool_parsing": ("should be yes or no", ""),
    "finite_number": ("should be a number", ""),
    "float_parsing": ("should be a number", ""),
    "greater_than": ("should be more than", "gt"),
    "greater_than_equal": ("should be at least", "ge"),
    "int_from_float": ("should be a whole number", ""),
    "int_parsing": ("should be a whole number", ""),
    "int_parsing_size": ("should be a whole number that is much smaller", ""),
    "less_than": ("should be less than", "lt"),
    "less_than_equal": ("should be at most", "le"),
    "literal_error": ("should be", "expected"),
}


def _fault(finding: ErrorDetails) -> str:
    words, bound = _FAULTS.get(finding["type"], ("", ""))
    if words:
        said = str(finding.get("ctx", {}).get(bound, "")).replace("'", "")
        return f"{words} {said}".strip()
    said = finding["msg"]
    for subject in ("Input ", "String ", "Value error, ", "Value ", "Assertion failed, "):
        said = said.removeprefix(subject)
    return said
