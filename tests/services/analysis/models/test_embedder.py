"""Which model is taken, by its name and by the settings."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from services.analysis.models.embedder import Embedder, configured_model, embedder_for, is_remote, local_embedder_for
from services.analysis.models.local import BUNDLED_MODEL, bundled_files
from shared.errors import NotFound
from shared.settings import AnalysisSettings, EmbeddingSettings
from tests.services.analysis.models.serving import serving, well

PLAIN = AnalysisSettings()


def remote(url: str | None = "http://127.0.0.1:1/v1", **others: str | int | None) -> AnalysisSettings:
    return AnalysisSettings(embedding=EmbeddingSettings.model_validate({"url": url, "model": "m", **others}))


def own_model(folder: Path) -> AnalysisSettings:
    path = folder / "own.safetensors"
    save_file({"vectors": np.ones((32_000, 8), np.float16)}, path)
    return AnalysisSettings(embedding=EmbeddingSettings(path=path, tokenizer=bundled_files().tokenizer))


def test_the_bundled_one_is_what_one_gets() -> None:
    assert configured_model(PLAIN) == BUNDLED_MODEL
    assert not is_remote(PLAIN)
    embedder = embedder_for(PLAIN, None)
    assert (embedder.model, embedder.dimensions) == (BUNDLED_MODEL, 256)
    assert embedder_for(PLAIN, BUNDLED_MODEL) is embedder
    assert local_embedder_for(PLAIN) is embedder


def test_the_bundled_one_serves_by_its_name_whatever_is_configured(tmp_path: Path) -> None:
    for settings in (remote(), own_model(tmp_path)):
        assert embedder_for(settings, BUNDLED_MODEL) is embedder_for(PLAIN, None)
        assert embedder_for(settings, None).model == configured_model(settings) != BUNDLED_MODEL


def test_a_model_of_one_s_own_brings_its_tokenizer_or_takes_the_bundled(tmp_path: Path) -> None:
    settings = own_model(tmp_path)
    without = AnalysisSettings(embedding=EmbeddingSettings(path=settings.embedding.path))
    assert embedder_for(settings, None).dimensions == 8
    assert embedder_for(without, configured_model(settings)) is embedder_for(settings, None)


async def test_an_endpoint_is_asked_by_its_name() -> None:
    async with serving(well) as server:
        settings = remote(server.url)
        assert is_remote(settings)
        assert configured_model(settings) == "endpoint/m"
        assert configured_model(remote(server.url, dimensions=512)) == "endpoint/m-512"
        embedder: Embedder = embedder_for(settings, "endpoint/m")
        assert len((await embedder.embed(["text"]))[0]) == 2 * 3
    assert embedder_for(settings, None) is embedder


def test_a_model_that_is_not_here_is_not_found() -> None:
    with pytest.raises(NotFound, match="'other/1'"):
        embedder_for(PLAIN, "other/1")


@pytest.mark.parametrize(
    "settings", [remote(model=None), AnalysisSettings(embedding=EmbeddingSettings(path=Path("no")))]
)
def test_settings_that_can_t_be_are_told(settings: AnalysisSettings) -> None:
    with pytest.raises(ValueError, match=r"has to name the model|can't be read"):
        configured_model(settings)
