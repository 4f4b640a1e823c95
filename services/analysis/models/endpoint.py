"""Vectors from an OpenAI-compatible endpoint. Texts leave the machine as they are given: who asks has redacted them."""

import asyncio
from collections.abc import Sequence
from itertools import chain

import httpx2
import numpy as np
from numpy.typing import NDArray
from openai import AsyncOpenAI, OpenAIError, omit
from pydantic import BaseModel, ValidationError

from shared.errors import Invalid, Unavailable
from shared.settings import EmbeddingSettings

TEXTS_IN_REQUEST_MAX = 64
REQUESTS_MAX = 2
# Most models read no further than some 8,000 tokens, and refuse what is longer.
CHARACTERS_MAX = 8_000
# As many vectors of the most dimensions, each number written with all its digits.
REPLY_BYTES_MAX = 8 * 1024**2
DIMENSIONS_MAX = 4_096
# What is wrong with the texts of one request may be wrong with one of them alone.
REFUSALS = {400, 413, 422}


class _Item(BaseModel):
    index: int
    embedding: list[float]


class _Reply(BaseModel):
    data: list[_Item]


class EndpointEmbedder:
    def __init__(self, settings: EmbeddingSettings, model: str) -> None:
        self.model = model
        self._settings = settings
        self._dimensions = settings.dimensions
        self._places = asyncio.Semaphore(REQUESTS_MAX)
        self._client = AsyncOpenAI(
            base_url=settings.url,
            # Without one of its own the client would send what it finds in the environment, to whomever.
            api_key=settings.api_key.get_secret_value() if settings.api_key else "none",
            max_retries=0,
            default_headers={"Accept-Encoding": "identity"},
            http_client=httpx2.AsyncClient(
                # A redirect would carry texts and key to a place that nobody has configured.
                follow_redirects=False,
                timeout=settings.seconds_max,
                # None is kept open: a new connection costs little beside what it is for.
                limits=httpx2.Limits(max_connections=REQUESTS_MAX, max_keepalive_connections=0),
                event_hooks={"response": [_expect_good]},
            ),
        )

    @property
    def dimensions(self) -> int | None:
        return self._dimensions

    async def embed(self, texts: Sequence[str]) -> Sequence[bytes]:
        if not all(text.strip() for text in texts):
            raise Invalid("there is nothing to embed in an empty text")
        portions = [texts[at : at + TEXTS_IN_REQUEST_MAX] for at in range(0, len(texts), TEXTS_IN_REQUEST_MAX)]
        return list(chain.from_iterable([await self._embed(portion) for portion in portions]))

    async def _embed(self, texts: Sequence[str]) -> Sequence[bytes]:
        try:
            async with self._places, asyncio.timeout(self._settings.seconds_max):
                body = await self._ask([text[:CHARACTERS_MAX] for text in texts])
        except TimeoutError as error:
            raise Unavailable("the embedding endpoint did not answer in time") from error
        except (OpenAIError, httpx2.HTTPError) as error:
            raise Unavailable(f"the embedding endpoint can't be asked: {type(error).__name__}") from error
        vectors = await asyncio.to_thread(_read, body, len(texts))
        if self._dimensions not in (None, vectors.shape[1]):
            raise Unavailable(
                f"the embedding endpoint gave {vectors.shape[1]} dimensions where {self._dimensions} are expected"
            )
        self._dimensions = vectors.shape[1]
        return [vector.tobytes() for vector in vectors]

    async def _ask(self, texts: list[str]) -> bytes:
        asked = self._client.embeddings.with_streaming_response.create(
            model=self._settings.model or "",
            input=texts,
            dimensions=self._settings.dimensions or omit,
            encoding_format="float",
        )
        body = bytearray()
        async with asked as response:
            async for chunk in response.iter_bytes():
                body += chunk
                if len(body) > REPLY_BYTES_MAX:
                    raise Unavailable(f"the embedding endpoint answered with more than {REPLY_BYTES_MAX} bytes")
        return bytes(body)


async def _expect_good(response: httpx2.Response) -> None:
    """Before the body is read: of an error it may be endless, and compressed it may be a bomb."""
    if response.status_code in REFUSALS:
        raise Invalid(f"the embedding endpoint refuses the texts with status {response.status_code}")
    if response.status_code != httpx2.codes.OK:
        raise Unavailable(f"the embedding endpoint answered with status {response.status_code}")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise Unavailable("the embedding endpoint answered in an encoding that it was not asked for")


def _read(body: bytes, count: int) -> NDArray[np.float16]:
    """The vectors in the order of the texts, of length one."""
    try:
        items = sorted(_Reply.model_validate_json(body).data, key=lambda item: item.index)
    except ValidationError as error:
        raise Unavailable("the embedding endpoint answered what is no list of embeddings") from error
    if [item.index for item in items] != list(range(count)):
        raise Unavailable(f"the embedding endpoint gave {len(items)} embeddings for {count} texts")
    sizes = {len(item.embedding) for item in items}
    if len(sizes) != 1 or not 1 <= min(sizes) <= DIMENSIONS_MAX:
        raise Unavailable("the embedding endpoint gave vectors of different or impossible sizes")
    vectors = np.array([item.embedding for item in items], dtype=np.float64)
    # Numbers so large that their squares overflow end here as well.
    with np.errstate(over="ignore"):
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not (np.isfinite(lengths) & (lengths > 0)).all():
        raise Unavailable("the embedding endpoint gave a vector without a direction")
    units: NDArray[np.float16] = (vectors / lengths).astype("<f2")
    return units
