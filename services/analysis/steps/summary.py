"""What a document is about: in a language model's words, or in those of its own sentences that say most."""

from collections.abc import Sequence
from functools import partial

from pydantic import Field

from services.analysis.language_model.material import Redacted, in_its_language, is_wanted, local_summary, readied
from services.analysis.language_model.prompt import opening_of, room_in, tokens_of
from services.analysis.language_model.question import Answered, Line, NoAnswer, Paragraph, Question
from services.analysis.language_model.tokens import cost_of, fitting
from services.analysis.step import Desk, Finding, Noted, Step
from shared.contracts.annotations import Cost
from shared.contracts.documents import Document
from shared.settings import AnalysisSettings

_TASK = (
    "Say what the document is about: as `summary` in at most three sentences, and as `points` the facts in it that its "
    "readers must know, at most five, each in a few words."
)


class _Summary(Answered):
    summary: Paragraph
    points: list[Line] = Field(max_length=8)


def step(settings: AnalysisSettings) -> Step:
    return Step(
        name="summary",
        version=1,
        finish=_finish,
        needs=("secrets", "language", "keywords"),
        lane="slow",
        wants=partial(is_wanted, settings),
        estimate=partial(_estimate, settings),
        repairable=settings.language_model.url is not None,
    )


async def _finish(batch: Sequence[Noted], desk: Desk) -> Sequence[Finding]:
    return [await _summarise(noted, desk) for noted in batch]


async def _summarise(noted: Noted, desk: Desk) -> Finding:
    local = local_summary(noted)
    if local is None:
        return Finding(status="skipped", reason="there is nothing to read")
    try:
        model, shown = readied(noted, desk)
        question = _question(shown, in_its_language(noted.findings), desk.settings.language_model.tokens_in_max)
        answer = await model.ask(noted.document.tenant, question)
    except NoAnswer as no_answer:
        return Finding(
            {"summary": local.text, "points": [], "spans": local.spans_as_json()},
            "degraded",
            no_answer.reason,
            cost=no_answer.cost,
        )
    return Finding(answer.value.model_dump(mode="json"), model=answer.model, cost=answer.cost)


def _question(shown: Redacted, language: str, tokens_max: int) -> Question[_Summary]:
    def with_text(text: str) -> Question[_Summary]:
        return Question(f"{_TASK} {language}", {"document": {"title": title, "text": text}}, _Summary)

    title = fitting(shown.title, tokens_max // 8)
    return with_text(fitting(shown.text, room_in(with_text(""), tokens_max)))


def _estimate(settings: AnalysisSettings, document: Document) -> Cost:
    model = settings.language_model
    if model.url is None:
        return Cost()
    # It is only counted: nothing of it leaves the machine.
    shown = Redacted(document.title or "", document.text or "")
    question = _question(shown, in_its_language({}), model.tokens_in_max)
    return cost_of(model, tokens_of(opening_of(question)), model.tokens_out_max)
