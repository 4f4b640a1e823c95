"""The vector of a query. The analysis has the model; what was asked lately is remembered."""

from collections import OrderedDict

from shared.bus.bus import Bus
from shared.contracts.search import Embed
from shared.errors import PostilError, Unavailable
from shared.vectors import Vector, vector_of_text

REMEMBERED_MAX = 512
# What is longer is hardly asked twice.
REMEMBERED_LENGTH_MAX = 4_000
# A model looks at the beginning of a text only.
TEXT_LENGTH_MAX = 100_000


class QueryVectors:
    def __init__(self, bus: Bus, seconds_max: float) -> None:
        self._bus = bus
        self._seconds_max = seconds_max
        self._remembered: OrderedDict[tuple[str, str], Vector] = OrderedDict()

    async def of(self, tenant: str, text: str, model: str | None) -> Vector:
        """By that model, which the index has vectors of, if it has any. Raises `Unavailable`."""
        if model is None:
            raise Unavailable("no document has a vector yet")
        text = text[:TEXT_LENGTH_MAX]
        key = (model, text)
        if key in self._remembered:
            self._remembered.move_to_end(key)
            return self._remembered[key]
        try:
            embeddings = await self._bus.ask(tenant, Embed(texts=(text,), model=model), seconds_max=self._seconds_max)
        except Unavailable:
            raise
        except PostilError as error:
            raise Unavailable(f"the embedder refuses: {error.detail}") from error
        vector = vector_of_text(embeddings.vectors[0]) if len(embeddings.vectors) == 1 else None
        if vector is None or embeddings.model != model:
            raise Unavailable("the embedder's answer is of no use")
        if len(text) <= REMEMBERED_LENGTH_MAX:
            self._remembered[key] = vector
        if len(self._remembered) > REMEMBERED_MAX:
            self._remembered.popitem(last=False)
        return vector
