"""The statistical model that knows languages by their letter sequences, with types. Good from a sentence upwards."""

from collections.abc import Mapping
from functools import cache
from typing import Protocol

# Of the model's 140. More of them would mostly be taken for their bigger neighbours, or those for them.
LANGUAGES = [
    "en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "no", "fi", "pl", "cs", "sk", "hu", "ro", "tr", "id", "vi",
    "hr", "sl", "et", "lv", "lt", "ca", "sq", "is", "tl", "sw", "ru", "uk", "bg", "sr", "mk", "be", "kk", "mn", "ar",
    "fa", "ur", "hi", "mr", "ne", "bn", "as", "el", "he", "zxx",
]  # fmt: skip


class _Model(Protocol):
    def set_languages(self, langs: list[str]) -> None: ...

    def rank(self, text: str) -> list[tuple[str, float]]: ...


@cache
def _model() -> _Model:
    # Late, because it takes half a second and 30 MB: only the workers need it.
    from py3langid.langid import (  # type: ignore[import-untyped]  # noqa: PLC0415  no types; slow to import
        MODEL_FILE,
        LanguageIdentifier,
    )

    model: _Model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    model.set_languages(LANGUAGES)
    return model


def probabilities(text: str) -> Mapping[str, float]:
    """Of each language that is known here; `zxx` stands for what is no language."""
    return dict(_model().rank(text))
