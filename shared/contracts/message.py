"""What every contract has in common: it is frozen, it knows its subject, it turns into bytes and back.

The tenant is not part of a body: it stands in the subject alone, so a body can't claim another's.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, ClassVar, Generic, Self, TypeVar, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from shared.errors import Invalid

ROOT = "postil"

Tenant = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


# The same few names come with every document.
@lru_cache(maxsize=4_096)
def _one_subject_part(name: str) -> str:
    tokens = name.split(".")
    if not all(tokens) or any(_breaks_a_subject(character) for character in name):
        raise ValueError("must be non-empty words joined by dots, without spaces, control characters, '*' or '>'")
    return name


def _breaks_a_subject(character: str) -> bool:
    return character in "*>" or character.isspace() or not character.isprintable()


Collection = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_one_subject_part)]


def subject_for(tenant: str, address: str) -> str:
    return f"{ROOT}.{tenant}.{address}"


def tenant_and_address(subject: str) -> tuple[str, str]:
    """The tenant and the rest of a Postil subject."""
    root, _, rest = subject.partition(".")
    tenant, _, address = rest.partition(".")
    if root != ROOT or not tenant or not address:
        raise Invalid(f"{subject!r} is not a subject of the form {ROOT}.<tenant>.<address>")
    return tenant, address


class Contract(BaseModel):
    """Something Postil says. Unknown fields are ignored, so that an older reader survives a newer writer."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    def encode(self) -> bytes:
        """As JSON. A field that has a default is left out while it holds it."""
        # As `model_dump_json` would, without the detour through a text that takes as long as all the rest.
        return self.__pydantic_serializer__.to_json(self, exclude_defaults=True)

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        try:
            # As `model_validate_json` would, which first looks at options that nobody has given.
            return cast(Self, cls.__pydantic_validator__.validate_json(payload or b"{}"))
        except ValidationError as error:
            raise Invalid(in_words(error)) from error


class Asked(Contract):
    """Something Postil is told. An unknown field is refused by name: it is most likely a typing mistake."""

    model_config = ConfigDict(extra="forbid")


ReplyT = TypeVar("ReplyT", bound=Contract)


class Query(Asked, Generic[ReplyT]):
    """A question with one reply. It is asked at `postil.<tenant>.<verb>`."""

    verb: ClassVar[str]
    reply: ClassVar[type[Contract]]
    # Whether something is another afterwards; what changes nothing may be asked again.
    changes: ClassVar[bool] = False
    # Who has the answer, in a word for people.
    answered_by: ClassVar[str] = "database"
    # How long the answer may take, where that is longer than usual.
    seconds_max: ClassVar[float | None] = None

    @classmethod
    def __pydantic_init_subclass__(cls, **options: object) -> None:
        # `class Get(Query[Document])` already says what the reply is; nobody has to say it twice.
        for base in cls.__mro__[1:]:
            arguments = getattr(base, "__pydantic_generic_metadata__", {}).get("args", ())
            if arguments and isinstance(arguments[0], type):
                cls.reply = arguments[0]
                return


@dataclass(frozen=True, slots=True)
class Encoded(Generic[ReplyT]):
    """A reply that is JSON already, because the store keeps it that way."""

    payload: bytes


class Event(Contract):
    """Something that happened. A durable one is kept in a stream; the others reach whoever listens."""

    durable: ClassVar[bool] = False

    @property
    def address(self) -> str:
        """The subject without its root and tenant."""
        raise TypeError(f"{type(self).__name__} does not say where it is published")


FINDINGS_SHOWN_MAX = 5
FIELD_NAME_SHOWN_MAX = 80

# What the JSON parser says, and what a publisher can do something with.
_PARSER_WORDS = {
    "recursion limit exceeded": "it is nested too deeply",
    "unexpected end of hex escape": "a \\u escape between d800 and dfff is only half a character",
    "lone leading surrogate in hex escape": "a \\u escape between d800 and dfff is only half a character",
}


def in_words(error: ValidationError) -> str:
    """What pydantic found, as one sentence that a publisher understands."""
    findings = error.errors(include_url=False, include_context=False, include_input=False)
    shown = "; ".join(_one_finding(finding) for finding in findings[:FINDINGS_SHOWN_MAX])
    more = len(findings) - FINDINGS_SHOWN_MAX
    return f"{shown}; and {more} more" if more > 0 else shown


def _one_finding(finding: ErrorDetails) -> str:
    path = ".".join(str(step) for step in finding["loc"])
    field = repr(path[:FIELD_NAME_SHOWN_MAX]) if path else "it"
    said = finding["msg"]
    match finding["type"]:
        case "extra_forbidden":
            return f"unknown field {field}"
        case "missing":
            return f"{field} is missing"
        case "json_invalid":
            return not_json(said.removeprefix("Invalid JSON: "))
        case "timezone_aware":
            return f"{field} has no time zone: add one, as in '2026-01-31T12:00:00Z'"
    for subject in ("Input ", "String ", "Value error, "):
        said = said.removeprefix(subject)
    return f"{field} {said}"


def not_json(parser_words: str) -> str:
    """The JSON parser's complaint, as a sentence."""
    for theirs, ours in _PARSER_WORDS.items():
        parser_words = parser_words.replace(theirs, ours)
    return f"not valid JSON: {parser_words}"
