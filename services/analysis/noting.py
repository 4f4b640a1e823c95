"""From what a step has found to the annotation that is written, and back. Pure; used on both sides of the pipe."""

from dataclasses import replace

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from services.analysis.step import Finding, Step
from shared.contracts.annotations import Annotation
from shared.contracts.documents import Document
from shared.contracts.message import in_words

# Beside it the finding of every other step still has to fit into one message.
NOTE_BYTES_MAX = 256 * 1024
REASON_COUNT_MAX = 500
# What holds fewer lists and objects can't be nested too deeply for anybody.
NESTED_COUNT_MAX = 64


def note_of(document: Document, step: Step, finding: Finding, duration_ms: float) -> bytes:
    """As JSON. What can't be written down is a failure of its step."""
    try:
        note = _encoded(document, step, finding, duration_ms)
    except ValidationError as error:
        finding = failure(f"what it found can't be written down: {in_words(error)}")
    except (ValueError, RecursionError) as error:
        finding = failure(f"what it found can't be written down: {error}")
    else:
        if len(note) <= NOTE_BYTES_MAX:
            return note
        finding = failure(f"what it found takes {len(note)} bytes; {NOTE_BYTES_MAX} is the most")
    return _encoded(document, step, finding, duration_ms)


def finding_of(note: bytes) -> tuple[Finding, float]:
    """What was found, and how many milliseconds that took."""
    known = Annotation.decode(note)
    finding = Finding(known.value, known.status, known.reason, known.model, known.cost)
    return finding, known.duration_ms or 0.0


def failure(reason: str) -> Finding:
    return Finding(status="failed", reason=_short(reason))


def failure_of(error: BaseException) -> Finding:
    if isinstance(error, MemoryError):
        return failure("it wanted more memory than a worker may have")
    return failure(str(error) or type(error).__name__)


def without_value(note: bytes, reason: str) -> bytes:
    """The same annotation as a failure."""
    return Annotation.decode(note).model_copy(update={"status": "failed", "value": None, "reason": reason}).encode()


def _encoded(document: Document, step: Step, finding: Finding, duration_ms: float) -> bytes:
    head = _head(document, step, finding, round(duration_ms, 3))
    if finding.value is None:
        return head
    # By itself, because a value of many parts takes long to be checked in Python.
    value = to_json(finding.value, inf_nan_mode="constants")
    note = b'%b,"value":%b}' % (head[:-1], value)
    if b"NaN" in value or b"Infinity" in value or value.count(b"[") + value.count(b"{") > NESTED_COUNT_MAX:
        # One that the database could not read would take all others in the request with it.
        from_json(b'{"annotations":[%b]}' % note, allow_inf_nan=False)
    return note


def _head(document: Document, step: Step, finding: Finding, duration_ms: float) -> bytes:
    said = {
        "id": document.id,
        "version": document.version,
        "step": step.name,
        "step_version": step.version,
        "duration_ms": duration_ms,
    }
    plain = finding.reason is None and finding.model is None and finding.cost is None
    if plain and finding.status == "ok":
        # Most are like this, and there is nothing of the step's own in it that would have to be checked.
        return to_json(said)
    reason = None if finding.reason is None else _short(finding.reason)
    said |= {"status": finding.status, "reason": reason, "model": finding.model, "cost": finding.cost}
    return Annotation.model_validate(said).encode()


def _short(reason: str) -> str:
    """A step's own words may hold half a character, or a book."""
    return reason[:REASON_COUNT_MAX].encode("utf-8", "replace").decode()


def cut(document: Document, count_max: int) -> Document:
    """No step sees more than so much of a text: what no step has looked for secrets must not leave the machine."""
    if document.text is None or len(document.text) <= count_max:
        return document
    return document.model_copy(update={"text": document.text[:count_max]})


def with_cut_told(finding: Finding, was_cut: bool, count_max: int) -> Finding:
    if was_cut and finding.status == "ok" and finding.reason is None:
        return replace(finding, reason=f"only the first {count_max} characters were looked at")
    return finding
