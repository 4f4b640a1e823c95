"""The vector of a query. The analysis has the model; what was asked lately is remembered."""

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from shared.bus.bus import Bus
from shared.contracts.search import Embed
from shared.errors import PostilError, Unavailable
from shared.vectors import vector_of_text

Vector = NDArray[np.float32]

REMEMBERED_MAX = 512


class QueryVectors:
    def __init__(self, bus: Bus, seconds_max: float) -> None:
        self._bus = bus
        self._seconds_max = seconds_max
        self._remembered: OrderedDict[tuple[str | None, str], Vector] = OrderedDict()

    async def of(self, tenant: str, text: str, model: str | None) -> Vector:
        """By that model, so that it can be compared with what the index holds. Raises `Unavailable`."""
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
        if vector is None or (model is not None and embeddings.model != model):
            raise Unavailable("the embedder's answer is of no use")
        self._remembered[key] = vector
        if len(self._remembered) > REMEMBERED_MAX:
            self._remembered.popitem(last=False)
        return vector
