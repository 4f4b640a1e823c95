"""Takes secrets out of a text before it leaves the house: where each stood, its kind stands instead.

Finding them is left to the step `secrets`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue


@dataclass(frozen=True, slots=True)
class Secret:
    """Where one stands in a field of its document."""

    kind: str
    start: int
    end: int


def secrets_in(finding: JsonValue, field: Literal["title", "text"], confidence_min: float = 0.0) -> list[Secret]:
    """Those that the step `secrets` found in one field, from the value of its finding."""
    listed = finding.get("secrets") if isinstance(finding, dict) else None
    secrets: list[Secret] = []
    for each in listed if isinstance(listed, list) else []:
        match each:
            case {
                "kind": str(kind),
                "field": str(name),
                "span": [int(start), int(end)],
                "confidence": int() | float() as sure,
            }:
                if name == field and sure >= confidence_min:
                    secrets.append(Secret(kind, start, end))
    return secrets


def redact(text: str, spans: Iterable[Secret]) -> str:
    """The text with a placeholder for each: `[email]`. What overlaps goes as one, named after the first of them."""
    pieces: list[str] = []
    last = 0
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        end = min(span.end, len(text))
        if max(last, span.start) >= end:
            continue
        if span.start >= last:
            pieces += [text[last : span.start], f"[{span.kind.replace('_', ' ')}]"]
        last = end
    return "".join(pieces) + text[last:]
