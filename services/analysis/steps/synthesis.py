"""What a document is about, what came of earlier ones like it, and what to do next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from pydantic import Field, JsonValue

from services.analysis.language_model.context import Context, context_of
from services.analysis.language_model.material import (
    Local,
    Redacted,
    are_secrets_known,
    conclusion_of,
    in_its_language,
    is_wanted,
    local_summary,
    noted_before,
    readied,
    redacted,
)
from services.analysis.language_model.prompt import room_in
from services.analysis.language_model.question import Answered, Line, NoAnswer, Paragraph, Question
from services.analysis.language_model.tokens import cost_of, fitting
from services.analysis.step import Desk, Finding, Noted, Step
from shared.contracts.annotations import Cost
from shared.contracts.documents import Document
from shared.settings import AnalysisSettings

_TASK = (
    "Say what the document is about, as `about`, in at most three sentences. As `precedents` say of each earlier "
    "document that matters for it what that one concluded, in one sentence, naming it by its label. As `next` say what "
    "should be done now, at most five things, the first one first; none if nothing follows from the material."
)
# Of the room for texts; the rest is shared by the earlier documents.
_OWN_SHARE = 0.5
_TITLE_TOKENS_MAX = 100
_CONCLUDED_TOKENS_MAX = 150


@dataclass(frozen=True, slots=True)
class _Earlier:
    shown: Redacted
    concluded: str | None


class _Precedent(Answered):
    label: Line
    conclusion: Line


class _Synthesis(Answered):
    about: Paragraph
    precedents: list[_Precedent] = Field(max_length=16)
    next: list[Line] = Field(max_length=8)


def step(settings: AnalysisSettings) -> Step:
    return Step(
        name="synthesis",
        version=1,
        finish=_finish,
        needs=("secrets", "language", "keywords", "embedding"),
        lane="slow",
        wants=partial(is_wanted, settings),
        estimate=partial(_estimate, settings),
        repairable=settings.language_model.url is not None,
    )


async def _finish(batch: Sequence[Noted], desk: Desk) -> Sequence[Finding]:
    return [await _synthesise(noted, desk) for noted in batch]


async def _synthesise(noted: Noted, desk: Desk) -> Finding:
    local = local_summary(noted)
    if local is None:
        return Finding(status="skipped", reason="there is nothing to read")
    context = await context_of(noted.document, desk)
    earlier = [noted_before(related.document) for related in context.related]
    # The model knows them by these labels alone: an id that it makes up means nothing, and none leaves the machine.
    labels = {f"E{number}": each for number, each in enumerate(earlier, start=1)}
    try:
        model, own = readied(noted, desk)
        seen = _seen(labels, desk.settings, model.name)
        question = _question(own, seen, in_its_language(noted.findings), desk.settings.language_model.tokens_in_max)
        answer = await model.ask(noted.document.tenant, question)
    except NoAnswer as no_answer:
        value = {**_local_value(local, earlier), **_told(context)}
        return Finding(value, "degraded", no_answer.reason, cost=no_answer.cost)
    said = answer.value
    precedents = _precedents(said.precedents, {label: labels[label].document.id for label in seen})
    value = {"about": said.about, "precedents": precedents, "next": [*said.next], **_told(context)}
    return Finding(value, model=answer.model, cost=answer.cost)


def _seen(labels: Mapping[str, Noted], settings: AnalysisSettings, model: str) -> dict[str, _Earlier]:
    """Those of which is known what is secret in them."""
    seen: dict[str, _Earlier] = {}
    for label, noted in labels.items():
        shown = redacted(noted.document, noted.findings.get("secrets"), settings.text_count_max)
        if shown is not None:
            seen[label] = _Earlier(shown, conclusion_of(noted, model))
    return seen


def _question(own: Redacted, earlier: Mapping[str, _Earlier], language: str, tokens_max: int) -> Question[_Synthesis]:
    def with_texts(text: str, texts: Mapping[str, str]) -> Question[_Synthesis]:
        others: list[JsonValue] = [
            {"label": label, "title": titles[label], "concluded": concluded[label], "text": texts.get(label, "")}
            for label in earlier
        ]
        material: JsonValue = {"document": {"title": title, "text": text}, "earlier": others}
        return Question(f"{_TASK} {language}", material, _Synthesis)

    title = fitting(own.title, _TITLE_TOKENS_MAX)
    titles = {label: fitting(each.shown.title, _TITLE_TOKENS_MAX) for label, each in earlier.items()}
    concluded = {label: fitting(each.concluded or "", _CONCLUDED_TOKENS_MAX) for label, each in earlier.items()}
    room = room_in(with_texts("", {}), tokens_max)
    own_text = fitting(own.text, int(room * _OWN_SHARE) if earlier else room)
    each_room = room_in(with_texts(own_text, {}), tokens_max) // max(1, len(earlier))
    return with_texts(own_text, {label: fitting(each.shown.text, each_room) for label, each in earlier.items()})


def _precedents(said: Sequence[_Precedent], ids: Mapping[str, str]) -> list[JsonValue]:
    """Each document that was shown at most once, and no other."""
    by_id: dict[str, JsonValue] = {}
    for precedent in said:
        if (id := ids.get(precedent.label)) is not None:
            by_id.setdefault(id, {"id": id, "conclusion": precedent.conclusion})
    return list(by_id.values())


def _local_value(local: Local, earlier: Sequence[Noted]) -> dict[str, JsonValue]:
    precedents: list[JsonValue] = []
    for noted in earlier:
        said = local_summary(noted, sentences_max=1)
        # It would be kept with this document, where nobody knows of that one's secrets.
        if said is not None and are_secrets_known(noted.findings.get("secrets")):
            precedents.append({"id": noted.document.id, "conclusion": said.text})
    return {"about": local.text, "precedents": precedents, "next": [], "spans": local.spans_as_json()}


def _told(context: Context) -> dict[str, JsonValue]:
    """What it was made from, and what was missing."""
    found: list[JsonValue] = [{"id": each.document.id, "sources": [*each.sources]} for each in context.related]
    missing: list[JsonValue] = [{"source": name, "reason": reason} for name, reason in context.missing.items()]
    return {"context": found, "missing": missing}


def _estimate(settings: AnalysisSettings, document: Document) -> Cost:
    model = settings.language_model
    if model.url is None:
        return Cost()
    # Of what will be found around it nothing is known yet: as if it filled the room that is left.
    return cost_of(model, model.tokens_in_max, model.tokens_out_max)
