"""Which model turns texts into vectors: the bundled one, or what the settings name."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

from services.analysis.models.local import BUNDLED_MODEL, LocalEmbedder, ModelFiles, bundled_files, model_name
from shared.errors import NotFound
from shared.settings import AnalysisSettings, EmbeddingSettings

# Loaded at a time: there is what is configured, and the bundled one.
MODELS_MAX = 4


class Embedder(Protocol):
    @property
    def dimensions(self) -> int | None:
        """None as long as only an endpoint could tell, and has not been asked yet."""

    @property
    def model(self) -> str:
        """Names the model and its revision: vectors of two names can't be compared."""

    async def embed(self, texts: Sequence[str]) -> Sequence[bytes]:
        """Vectors of length one as little-endian 16-bit floats. Raises `Unavailable`."""


def configured_model(settings: AnalysisSettings) -> str:
    """The name, without loading anything. Raises ValueError for settings that can't be."""
    if is_remote(settings):
        return _endpoint_model(settings.embedding)
    return model_name(_files(settings.embedding))


def is_remote(settings: AnalysisSettings) -> bool:
    return settings.embedding.url is not None


def embedder_for(settings: AnalysisSettings, model: str | None) -> Embedder:
    """By its name, or else the configured one. The bundled one serves by its name whatever is configured."""
    if model == BUNDLED_MODEL:
        return _local(bundled_files())
    if model not in (None, configured_model(settings)):
        raise NotFound(f"there is no embedding model {model!r} here")
    return _endpoint(settings.embedding) if is_remote(settings) else local_embedder_for(settings)


def local_embedder_for(settings: AnalysisSettings) -> LocalEmbedder:
    return _local(_files(settings.embedding))


def _files(settings: EmbeddingSettings) -> ModelFiles:
    bundled = bundled_files()
    if settings.path is None:
        return bundled
    return ModelFiles(settings.path, settings.tokenizer or bundled.tokenizer)


@lru_cache(maxsize=MODELS_MAX)
def _local(files: ModelFiles) -> LocalEmbedder:
    return LocalEmbedder(files)


def _endpoint_model(settings: EmbeddingSettings) -> str:
    if not settings.model:
        raise ValueError("analysis.embedding.model has to name the model at analysis.embedding.url")
    wanted = f"-{settings.dimensions}" if settings.dimensions else ""
    return f"endpoint/{settings.model}{wanted}"


@lru_cache(maxsize=MODELS_MAX)
def _endpoint(settings: EmbeddingSettings) -> Embedder:
    from services.analysis.models.endpoint import EndpointEmbedder  # noqa: PLC0415  half a second, in every worker

    return EndpointEmbedder(settings, _endpoint_model(settings))
