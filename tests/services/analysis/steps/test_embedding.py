"""The vector of a document: by the bundled model, by one's own, or by an endpoint that gets to see no secret."""

from base64 import b64decode
from pathlib import Path

import numpy as np
import pytest
from pydantic import JsonValue
from safetensors.numpy import save_file

from services.analysis.models.embedder import local_embedder_for
from services.analysis.models.local import BUNDLED_MODEL
from services.analysis.step import Finding, Noted, Step
from services.analysis.steps import embedding
from shared.contracts.documents import Document
from shared.settings import AnalysisSettings, EmbeddingSettings
from tests.services.analysis.models.serving import serving, well
from tests.services.analysis.steps.indexed import IndexDesk, document, finished

PLAIN = AnalysisSettings()


def embed(step: Step, one: Document) -> Finding:
    assert step.annotate is not None
    found = step.annotate(one)
    assert isinstance(found, Finding)
    return found


def vector_in(finding: Finding) -> bytes:
    assert isinstance(finding.value, dict)
    return b64decode(str(finding.value["vector"]))


def checked(one: Document, *secrets: JsonValue) -> Noted:
    return Noted(one, {"secrets": Finding({"secrets": list(secrets)})})


def at_endpoint(url: str) -> AnalysisSettings:
    return AnalysisSettings(embedding=EmbeddingSettings(url=url, model="m"))


def test_title_and_text_make_the_vector() -> None:
    finding = embed(embedding.step(PLAIN), document("a", "the disk was full", title="Backup failed"))
    assert isinstance(finding.value, dict)
    assert (finding.status, finding.model) == ("ok", BUNDLED_MODEL)
    assert (finding.value["model"], finding.value["dimensions"]) == (BUNDLED_MODEL, 256)
    assert vector_in(finding) == local_embedder_for(PLAIN).embed_one("Backup failed\nthe disk was full")


@pytest.mark.parametrize(("title", "text"), [(None, None), (None, ""), ("", " \n"), (" ", None)])
def test_a_document_without_text_is_skipped(title: str | None, text: str | None) -> None:
    finding = embed(embedding.step(PLAIN), document("a", text, title=title))
    assert (finding.status, finding.value) == ("skipped", None)


@pytest.mark.parametrize("text", ["👍", "\0", "a" * 1024**2, "\u202e\u0301", "<unk>"])
def test_any_text_has_a_vector_of_finite_numbers(text: str) -> None:
    finding = embed(embedding.step(PLAIN), document("a", text))
    assert finding.status == "ok"
    assert np.isfinite(np.frombuffer(vector_in(finding), dtype="<f2")).all()


def test_the_version_tells_the_model() -> None:
    bundled, endpoint = embedding.step(PLAIN), embedding.step(at_endpoint("http://127.0.0.1:1/v1"))
    assert bundled.version == 1
    assert endpoint.version == embedding.version_of("endpoint/m") == embedding.version_of("endpoint/m")
    assert len({1, endpoint.version, embedding.version_of("endpoint/n")}) == 3
    assert all(0 < each.version < 2**53 for each in (bundled, endpoint))
    assert (bundled.needs, bundled.finish) == ((), None)
    assert (endpoint.needs, endpoint.annotate) == (("secrets",), None)


def test_a_model_of_one_s_own(tmp_path: Path) -> None:
    path = tmp_path / "own.safetensors"
    save_file({"vectors": np.ones((32_000, 8), np.float16)}, path)
    step = embedding.step(AnalysisSettings(embedding=EmbeddingSettings(path=path)))
    finding = embed(step, document("a", "text"))
    assert isinstance(finding.value, dict)
    assert finding.value["dimensions"] == 8
    assert (finding.model or "").startswith("own/")
    assert step.version == embedding.version_of(finding.model or "")


async def test_an_endpoint_sees_the_text_without_its_secrets() -> None:
    one = document("a", "my key is hunter2, please keep it", title="Ask ann@example.org")
    secrets: list[JsonValue] = [
        {"kind": "password", "field": "text", "span": [10, 17], "confidence": 0.6},
        {"kind": "email", "field": "title", "span": [4, 19], "confidence": 1.0},
    ]
    async with serving(well) as server:
        step = embedding.step(at_endpoint(server.url))
        first, second = await finished(step, [checked(one, *secrets), checked(document("b", "short"))], IndexDesk())
    assert server.texts == ["Ask [email]\nmy key is [password], please keep it", "short"]
    assert (first.status, first.model, second.status) == ("ok", "endpoint/m", "ok")
    assert isinstance(second.value, dict)
    assert second.value["dimensions"] == 3
    expected = np.array([5, 1, 2]) / np.linalg.norm([5, 1, 2])
    assert np.allclose(np.frombuffer(vector_in(second), "<f2"), expected, atol=1e-3)


async def test_what_nobody_has_looked_at_is_not_sent() -> None:
    bare = document("a", "my key is hunter2")
    findings = [
        None,
        Finding(status="failed"),
        Finding({"items": []}),
        Finding({"secrets": "none"}),
        Finding({"secrets": [1]}),
    ]
    some = [Noted(bare, {} if each is None else {"secrets": each}) for each in findings]
    long = document("b", "x" * 1_500)
    async with serving(well) as server:
        settings = at_endpoint(server.url).model_copy(update={"text_count_max": 1_000})
        *refused, empty, sent = await finished(
            embedding.step(settings), [*some, checked(document("c", " ")), checked(long)], IndexDesk()
        )
    assert [each.status for each in refused] == ["failed"] * len(findings)
    assert all("not sent" in (each.reason or "") for each in refused)
    assert (empty.status, sent.status) == ("skipped", "ok")
    assert server.texts == ["x" * 1_000]


async def test_an_endpoint_that_is_away_is_a_failure_to_be_tried_again() -> None:
    step = embedding.step(at_endpoint("http://127.0.0.1:1/v1"))
    some = [checked(document("a", "text")), checked(document("b", None)), Noted(document("c", "text"), {})]
    findings = await finished(step, some, IndexDesk())
    assert [(each.status, each.value) for each in findings] == [("failed", None), ("skipped", None), ("failed", None)]
    assert findings[0].reason == "the embedding endpoint can't be asked: APIConnectionError"
