"""What a step is: a named, versioned function from a document to a value."""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import JsonValue

from shared.contracts.documents import Document


@dataclass(frozen=True, slots=True)
class Step:
    """Raise the version when the same document would get another value: old annotations are then out of date."""

    name: str
    version: int
    annotate: Callable[[Document], JsonValue]
