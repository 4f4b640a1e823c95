"""What of a document a language model gets to see: no more than the step `secrets` has looked through, redacted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from services.analysis.extracts import SENTENCES_MAX, extract
from services.analysis.language_model.question import LanguageModel, NoAnswer
from services.analysis.redaction import Secret, redact, secrets_in
from services.analysis.step import Desk, Finding, Noted
from shared.contracts.documents import Document
from shared.contracts.house import is_kept_apart
from shared.settings import AnalysisSettings

Span = tuple[int, int]

# What is longer is no language code, and might be anything.
_LANGUAGE_COUNT_MAX = 8
_SECRETS_COUNT_MAX = 10_000


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Secret(_Lenient):
    kind: str
    field: Literal["title", "text"]
    span: Span
    confidence: float


class _Secrets(_Lenient):
    secrets: list[_Secret]


class _Keyword(_Lenient):
    word: str


class _Keywords(_Lenient):
    keywords: list[_Keyword]


class _Language(_Lenient):
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Redacted:
    """A document's title and text without what is nobody else's business."""

    title: str
    text: str


def is_wanted(settings: AnalysisSettings, document: Document) -> bool:
    """Whether the settings want this document to be summarised."""
    kinds = settings.summarise_kinds
    return (
        not is_kept_apart(document.collection)
        and _is_named(document.collection, settings.summarise)
        and (not kinds or _is_named(document.kind or "", kinds))
    )


def _is_named(name: str, patterns: Sequence[str]) -> bool:
    return any(name.startswith(each[:-1]) if each.endswith("*") else name == each for each in patterns)


def readied(noted: Noted, desk: Desk) -> tuple[LanguageModel, Redacted]:
    """Whom to ask, and what may be shown. Raises `NoAnswer` if there is nobody, or nothing."""
    if desk.language_model is None:
        raise NoAnswer("no language model is configured")
    shown = redacted(noted.document, noted.findings.get("secrets"), desk.settings.text_count_max)
    if shown is None:
        raise NoAnswer("what is secret in the document is not known, so nothing of it may leave the machine")
    return desk.language_model, shown


def redacted(document: Document, secrets: Finding | None, text_count_max: int) -> Redacted | None:
    """None if it isn't known what is secret in it: then nothing of it may leave the machine.

    What is beyond `text_count_max` no step has looked at.
    """
    if secrets is None or not are_secrets_known(secrets):
        return None
    text = (document.text or "")[:text_count_max]
    return Redacted(
        redact(document.title or "", secrets_in(secrets.value, "title")),
        redact(text, secrets_in(secrets.value, "text")),
    )


def are_secrets_known(finding: Finding | None) -> bool:
    """Whether all of them are: where there are so many, some may have been left out."""
    if finding is None or finding.status != "ok":
        return False
    try:
        return len(_Secrets.model_validate(finding.value).secrets) < _SECRETS_COUNT_MAX
    except ValidationError:
        return False


def in_its_language(findings: Mapping[str, Finding]) -> str:
    """The end of a task. A language stands there beside our own words, so it must be a code and nothing else."""
    finding = findings.get("language", Finding())
    try:
        language = _Language.model_validate(finding.value).language
    except ValidationError:
        language = None
    if language is None or len(language) > _LANGUAGE_COUNT_MAX or not (language.isascii() and language.isalpha()):
        return "Write in the language of the document."
    return f"Write in the language of the document, which has the ISO 639 code {language!r}."


def keywords_in(findings: Mapping[str, Finding]) -> list[str]:
    finding = findings.get("keywords", Finding())
    try:
        return [keyword.word for keyword in _Keywords.model_validate(finding.value).keywords]
    except ValidationError:
        return []


class Local(NamedTuple):
    """A summary from the document's own sentences: what they say, without secrets, and where they stand in the text."""

    text: str
    spans: tuple[Span, ...]

    def spans_as_json(self) -> JsonValue:
        return [[start, end] for start, end in self.spans]


def local_summary(noted: Noted, sentences_max: int = SENTENCES_MAX) -> Local | None:
    """None if there is nothing to read."""
    document, text = noted.document, noted.document.text or ""
    spans = extract(text, title=document.title, keywords=keywords_in(noted.findings), sentences_max=sentences_max)
    finding = noted.findings.get("secrets", Finding())
    in_text = secrets_in(finding.value, "text")
    said = [_redacted_part(text, span, in_text) for span in spans]
    if not said and document.title and document.title.strip():
        said = [redact(document.title, secrets_in(finding.value, "title"))]
    return Local(" ".join(said), spans) if said else None


def noted_before(document: Document) -> Noted:
    """A document with the annotations that it was found with, as far as they are about its present version."""
    notes = [note for note in document.annotations if note.version == document.version]
    return Noted(document, {note.step: Finding(note.value, note.status, note.reason, note.model) for note in notes})


def conclusion_of(noted: Noted, model: str) -> str | None:
    """What this language model has said of it, which has seen no secret. Of other words nobody knows that."""
    for step, name in (("synthesis", "about"), ("summary", "summary")):
        finding = noted.findings.get(step)
        if finding is not None and finding.status == "ok" and finding.model == model:
            said = finding.value.get(name) if isinstance(finding.value, dict) else None
            if isinstance(said, str):
                return said
    return None


def _redacted_part(text: str, part: Span, secrets: Sequence[Secret]) -> str:
    start, end = part
    inside = [
        Secret(secret.kind, max(secret.start, start) - start, min(secret.end, end) - start)
        for secret in secrets
        if secret.start < end and secret.end > start
    ]
    return " ".join(redact(text[start:end], inside).split())
