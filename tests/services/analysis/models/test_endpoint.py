"""An endpoint that embeds, and all that may be wrong with what it answers."""

import asyncio
import contextlib
import gzip

import numpy as np
import pytest
from pydantic import SecretStr

from services.analysis.models.endpoint import CHARACTERS_MAX, REPLY_BYTES_MAX, TEXTS_IN_REQUEST_MAX, EndpointEmbedder
from shared.errors import Invalid, Unavailable
from shared.settings import EmbeddingSettings
from tests.services.analysis.models.serving import Asked, Respond, reply_of, send, serving, well


def embedder_at(url: str, *, dimensions: int | None = None, seconds_max: float = 5.0) -> EndpointEmbedder:
    settings = EmbeddingSettings(
        url=url, model="m", api_key=SecretStr("a-key"), dimensions=dimensions, seconds_max=seconds_max
    )
    return EndpointEmbedder(settings, "endpoint/m")


def answering(body: bytes, status: int = 200, **headers: str) -> Respond:
    async def respond(asked: Asked, writer: asyncio.StreamWriter) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        await send(writer, body, status=status, headers=named)

    return respond


async def test_texts_become_vectors_of_length_one_in_their_order() -> None:
    async with serving(well) as server:
        embedder = embedder_at(server.url)
        before = embedder.dimensions
        vectors = [np.frombuffer(each, dtype="<f2") for each in await embedder.embed(["aa", "bcde"])]
    for vector, expected in zip(vectors, ([2, 3, 2], [4, 1, 2]), strict=True):
        assert np.allclose(vector, np.array(expected) / np.linalg.norm(expected), atol=1e-3)
    assert (before, embedder.dimensions) == (None, 3)
    (asked,) = server.asked
    assert asked.path == "/v1/embeddings"
    assert asked.headers["authorization"] == "Bearer a-key"
    assert (asked.body.model, asked.body.input, asked.body.encoding_format) == ("m", ["aa", "bcde"], "float")
    assert asked.body.dimensions is None


async def test_many_texts_go_out_in_portions_and_long_ones_cut() -> None:
    texts = ["a" * number for number in range(1, TEXTS_IN_REQUEST_MAX + 7)] + ["b" * (CHARACTERS_MAX + 1)]
    async with serving(well) as server:
        vectors = await embedder_at(server.url).embed(texts)
    assert [len(asked.body.input) for asked in server.asked] == [TEXTS_IN_REQUEST_MAX, 7]
    assert server.texts == [*texts[:-1], "b" * CHARACTERS_MAX]
    assert len(vectors) == len(texts)


async def test_without_a_key_none_of_the_environment_s_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "somebody-else-s")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/elsewhere")
    async with serving(well) as server:
        await EndpointEmbedder(EmbeddingSettings(url=server.url, model="m"), "endpoint/m").embed(["a"])
    assert "somebody-else-s" not in str(server.asked[0].headers)


async def test_an_empty_text_is_not_sent() -> None:
    async with serving(well) as server:
        with pytest.raises(Invalid):
            await embedder_at(server.url).embed(["a", " \n"])
        assert await embedder_at(server.url).embed([]) == []
    assert server.asked == []


async def test_dimensions_are_asked_for_and_expected() -> None:
    async with serving(well) as server:
        with pytest.raises(Unavailable, match="3 dimensions where 8 are expected"):
            await embedder_at(server.url, dimensions=8).embed(["a"])
    assert server.asked[0].body.dimensions == 8


async def test_vectors_may_not_change_their_size() -> None:
    async def growing(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await send(writer, reply_of([[1.0] * len(asked.body.input[0])]))

    async with serving(growing) as server:
        embedder = embedder_at(server.url)
        await embedder.embed(["four"])
        with pytest.raises(Unavailable, match="5 dimensions where 4 are expected"):
            await embedder.embed(["fives"])
        assert len((await embedder.embed(["four"]))[0]) == 2 * 4


BAD = {
    "half a JSON": (reply_of([[1.0, 2.0]])[:-9], "no list of embeddings"),
    "something else": (b'{"choices": []}', "no list of embeddings"),
    "one too many": (reply_of([[1.0], [2.0]]), "2 embeddings for 1 texts"),
    "none": (reply_of([]), "0 embeddings for 1 texts"),
    "another place": (b'{"data": [{"index": 1, "embedding": [1.0]}]}', "1 embeddings for 1 texts"),
    "no numbers": (reply_of([[]]), "impossible sizes"),
    "too many numbers": (reply_of([[0.5] * 5_000]), "impossible sizes"),
    "not finite": (b'{"data": [{"index": 0, "embedding": [NaN, 1.0]}]}', "no list of embeddings|without a direction"),
    "infinite": (b'{"data": [{"index": 0, "embedding": [1e999, 1.0]}]}', "no list of embeddings|without a direction"),
    "too large": (b'{"data": [{"index": 0, "embedding": [1e300, 1e300]}]}', "without a direction"),
    "all zeros": (reply_of([[0.0, 0.0]]), "without a direction"),
}


@pytest.mark.parametrize(("body", "complaint"), BAD.values(), ids=BAD.keys())
async def test_nonsense_is_refused(body: bytes, complaint: str) -> None:
    async with serving(answering(body)) as server:
        with pytest.raises(Unavailable, match=complaint):
            await embedder_at(server.url).embed(["a"])


async def test_sizes_may_not_differ_within_a_reply() -> None:
    async with serving(answering(reply_of([[1.0], [1.0, 2.0]]))) as server:
        with pytest.raises(Unavailable, match="different or impossible sizes"):
            await embedder_at(server.url).embed(["a", "b"])


@pytest.mark.parametrize("status", [401, 404, 429, 500, 503])
async def test_an_error_is_told_by_its_status_alone(status: int) -> None:
    async with serving(answering(b'{"error": {"message": "your text was ..."}}', status, Retry_After="1")) as server:
        with pytest.raises(Unavailable) as caught:
            await embedder_at(server.url).embed(["a"])
    assert caught.value.detail == f"the embedding endpoint answered with status {status}"
    assert len(server.asked) == 1


async def test_refused_texts_are_the_asker_s_trouble() -> None:
    async with serving(answering(b"{}", 400)) as server:
        with pytest.raises(Invalid, match="status 400"):
            await embedder_at(server.url).embed(["a"])


async def test_a_redirect_is_not_followed() -> None:
    async with serving(well) as elsewhere, serving(answering(b"", 307, Location=elsewhere.url)) as server:
        with pytest.raises(Unavailable, match="status 307"):
            await embedder_at(server.url).embed(["a"])
        assert elsewhere.asked == []


async def test_a_reply_that_is_compressed_unasked_is_not_unpacked() -> None:
    bomb = gzip.compress(b" " * (2 * REPLY_BYTES_MAX))
    async with serving(answering(bomb, Content_Encoding="gzip")) as server:
        with pytest.raises(Unavailable, match="encoding"):
            await embedder_at(server.url).embed(["a"])


async def test_a_huge_reply_is_not_read_to_its_end() -> None:
    async with serving(answering(b" " * (REPLY_BYTES_MAX + 1))) as server:
        with pytest.raises(Unavailable, match=f"more than {REPLY_BYTES_MAX} bytes"):
            await embedder_at(server.url).embed(["a"])


async def hanging(asked: Asked, writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def dripping(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """There is always something new within the time that one read may take."""
    writer.write(b"HTTP/1.1 200 Slowly\r\nContent-Length: 100000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b" ")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 0.01)


async def gone(asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.close()


@pytest.mark.parametrize("respond", [hanging, dripping])
async def test_an_answer_has_its_time(respond: Respond) -> None:
    async with serving(respond) as server:
        with pytest.raises(Unavailable, match="in time"):
            await embedder_at(server.url, seconds_max=0.2).embed(["a"])


async def test_a_server_that_hangs_up_or_is_not_there_is_away() -> None:
    async with serving(gone) as server:
        embedder = embedder_at(server.url)
        with pytest.raises(Unavailable, match="can't be asked"):
            await embedder.embed(["a"])
    with pytest.raises(Unavailable, match="can't be asked"):
        await embedder.embed(["a"])
