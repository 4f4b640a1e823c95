"""Wiring by annotation."""

import pytest

from shared.bus.streams import INGEST
from shared.bus.wire import Delivery, Reply
from shared.contracts.documents import Document, GetDocument
from shared.contracts.message import Encoded
from shared.contracts.saving import PutDocuments
from shared.contracts.stats import GetStats, Stats
from shared.runtime.service import (
    Answering,
    Batch,
    Consuming,
    Service,
    Watching,
    answer,
    answer_raw,
    consume,
    handlers_of,
    watch,
)


class Example(Service):
    name = "example"
    description = "One handler of each kind."

    @answer
    async def stats(self, tenant: str, query: GetStats) -> Stats:
        raise AssertionError

    @answer
    async def get(self, tenant: str, query: GetDocument) -> Encoded[Document]:
        raise AssertionError

    @answer_raw(PutDocuments)
    async def put(self, tenant: str, request: Delivery) -> Reply:
        raise AssertionError

    @consume(INGEST)
    async def take_in(self, batch: Batch) -> None:
        raise AssertionError

    @watch("docs.chat.>")
    async def hear(self, tenant: str, event: Delivery) -> None:
        raise AssertionError

    async def helper(self) -> None:
        raise AssertionError


def test_the_annotations_are_the_wiring() -> None:
    wirings = {handler.__name__: wiring for wiring, handler in handlers_of(Example())}
    assert wirings == {
        "stats": Answering(GetStats, raw=False),
        "get": Answering(GetDocument, raw=False),
        "put": Answering(PutDocuments, raw=True),
        "take_in": Consuming(INGEST),
        "hear": Watching("docs.chat.>"),
    }


def test_a_handler_that_returns_something_else_than_the_reply_is_refused_where_it_is_written() -> None:
    with pytest.raises(TypeError, match="must return Stats"):

        @answer
        async def stats(self: Service, tenant: str, query: GetStats) -> Document:
            raise AssertionError


def test_a_handler_that_does_not_say_what_it_answers_is_refused() -> None:
    with pytest.raises(TypeError, match="'query' must be annotated"):

        @answer
        async def stats(self: Service, tenant: str, query: str) -> Stats:
            raise AssertionError
