"""The endpoint: what is sent, what is understood, and what each way of failing is called and counts for."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from email.utils import format_datetime
from gzip import compress

import pytest
from pydantic import JsonValue, SecretStr

from services.analysis.language_model.endpoint import Endpoint
from services.analysis.language_model.outcome import Completion, EndpointFailed, EndpointSick
from services.analysis.language_model.prompt import Message
from shared.clock import SystemClock
from shared.settings import LanguageModelSettings
from tests.services.analysis.language_model.fake_endpoint import (
    Behaviour,
    Caller,
    FakeEndpoint,
    completion,
    drips,
    floods,
    hangs,
    responds,
    says,
)

MESSAGES = [Message("system", "Be brief."), Message("user", "{}")]
SCHEMA = {"type": "object", "properties": {}}
BYTES_MAX = 4_096


@asynccontextmanager
async def opened(url: str, **settings: object) -> AsyncIterator[Callable[[], "asyncio.Future[Completion]"]]:
    given = {"url": url, "model": "ours", "seconds_max": 0.2, "reply_bytes_max": BYTES_MAX, **settings}
    endpoint = Endpoint(LanguageModelSettings.model_validate(given), SystemClock())

    def ask() -> "asyncio.Future[Completion]":
        deadline = asyncio.get_running_loop().time() + endpoint_seconds
        return asyncio.ensure_future(endpoint.complete(MESSAGES, SCHEMA, deadline))

    endpoint_seconds = float(str(given["seconds_max"]))
    try:
        yield ask
    finally:
        await endpoint.close()


async def failures(fake: FakeEndpoint, *behaviours: Behaviour) -> list[EndpointFailed]:
    failed: list[EndpointFailed] = []
    async with opened(fake.url) as ask:
        for behaviour in behaviours:
            fake.will(behaviour)
            with pytest.raises(EndpointFailed) as raised:
                await ask()
            failed.append(raised.value)
    return failed


async def failure(fake: FakeEndpoint, behaviour: Behaviour) -> EndpointFailed:
    [failed] = await failures(fake, behaviour)
    return failed


async def test_an_answer_comes_with_its_tokens(fake: FakeEndpoint) -> None:
    fake.will(says("hello", tokens_in=7, tokens_out=3))
    async with opened(fake.url) as ask:
        assert await ask() == Completion("hello", 7, 3)
    [request] = fake.requests
    assert request.path == "/v1/chat/completions"
    assert request.body == {
        "model": "ours",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "{}"}],
        "max_tokens": 600,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": SCHEMA, "strict": True},
        },
    }


async def test_nothing_is_sent_that_was_meant_for_somebody_else(
    fake: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-service")
    monkeypatch.setenv("OPENAI_ORG_ID", "my-organization")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Mine: private\nAuthorization: Bearer elsewhere")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    fake.will(says("a"), says("b"))
    async with opened(fake.url) as ask:
        await ask()
    async with opened(fake.url, api_key=SecretStr("sk-ours")) as ask:
        await ask()
    without_key, with_key = fake.requests
    expected = {"host", "accept", "content-type", "content-length", "accept-encoding", "user-agent"}
    assert set(without_key.headers) - {"connection"} == expected
    assert set(with_key.headers) - {"connection"} == expected | {"authorization"}
    assert with_key.headers["authorization"] == "Bearer sk-ours"


@pytest.mark.parametrize("behaviour", [hangs, drips])
async def test_the_deadline_is_for_the_whole(fake: FakeEndpoint, behaviour: Behaviour) -> None:
    failed = await failure(fake, behaviour)
    assert (failed.reason, failed.is_paid) == ("there was no whole answer within 0.2 seconds", True)
    assert isinstance(failed, EndpointSick)


async def test_a_huge_reply_is_not_read_to_its_end(fake: FakeEndpoint) -> None:
    failed = await failure(fake, floods)
    assert (failed.reason, failed.is_paid) == ("the answer has more than 4096 bytes", True)
    # The rest fits into the buffers between the two.
    assert fake.callers[0].written < 16 * 1024**2


async def test_a_huge_error_is_not_read_either(fake: FakeEndpoint) -> None:
    async def fails_at_length(caller: Caller) -> None:
        await caller.write(b"HTTP/1.1 500 X\r\nconnection: close\r\n\r\n")
        while True:
            await caller.write(b" " * 65_536)

    assert (await failure(fake, fails_at_length)).reason == "the answer has more than 4096 bytes"


async def test_a_compressed_reply_is_not_unpacked(fake: FakeEndpoint) -> None:
    packed = compress(completion("a" * 1_000_000))
    failed = await failure(fake, responds(body=packed, headers={"content-encoding": "gzip"}))
    assert failed.reason == "the answer is compressed, which was not asked for"


async def test_what_is_no_completion_is_a_failure(fake: FakeEndpoint) -> None:
    half, no_message = completion("a")[:60], b'{"choices": [{"message": 1}]}'
    bodies = [half, b"", b"<html>", b"[]", b"{}", b'{"choices": []}', no_message, b"\xff"]
    for failed in await failures(fake, *[responds(body=body) for body in bodies]):
        assert (failed.reason, failed.is_paid) == ("the endpoint's answer is no chat completion", True)
        assert isinstance(failed, EndpointSick)


async def test_a_reply_that_breaks_off_may_have_cost_something(fake: FakeEndpoint) -> None:
    failed = await failure(fake, responds(body=b'{"choices":', length=1_000))
    assert (failed.reason, failed.is_paid) == ("the endpoint hung up", True)


async def test_who_is_not_there_costs_nothing(fake: FakeEndpoint) -> None:
    async with opened("http://127.0.0.1:1/v1") as ask:
        with pytest.raises(EndpointSick, match="can't be reached") as raised:
            await ask()
    assert not raised.value.is_paid


async def test_a_refusal_is_told_by_its_number_alone(fake: FakeEndpoint) -> None:
    expected = {500: True, 401: True, 302: True, 429: True, 400: False, 413: False}
    answers = [responds(code, b"you said: sk-secret", {"location": "http://127.0.0.1:1/"}) for code in expected]
    for (code, is_sick), failed in zip(expected.items(), await failures(fake, *answers), strict=True):
        assert str(code) in failed.reason
        assert "secret" not in str(failed)
        assert (isinstance(failed, EndpointSick), failed.is_paid, failed.pause_seconds) == (is_sick, False, None)
    assert len(fake.requests) == len(expected)


async def test_retry_after_is_understood(fake: FakeEndpoint) -> None:
    expected = {"7": 7.0, "0.5": 0.5, "0": 0.0, "99999999": 3_600.0}
    failed = await failures(fake, *[responds(429, headers={"Retry-After": said}) for said in expected])
    assert [each.pause_seconds for each in failed] == list(expected.values())
    assert not any(isinstance(each, EndpointSick) for each in failed)


async def test_retry_after_may_be_a_date(fake: FakeEndpoint) -> None:
    at = format_datetime(SystemClock().now() + timedelta(seconds=60), usegmt=True)
    pause = (await failure(fake, responds(503, headers={"Retry-After": at}))).pause_seconds
    assert pause is not None
    assert 30 < pause <= 60


async def test_a_pause_that_makes_no_sense_is_bounded_or_none(fake: FakeEndpoint) -> None:
    expected = {"soon": None, "-1": None, "nan": None, "Fri, 31 Dec 1999 23:59:59": None, "inf": 3_600.0}
    failed = await failures(fake, *[responds(429, headers={"Retry-After": said}) for said in expected])
    assert [each.pause_seconds for each in failed] == list(expected.values())


async def test_an_endpoint_that_refuses_a_trait_is_asked_without_it_from_then_on(fake: FakeEndpoint) -> None:
    fake.will(
        responds(400, b'{"error": {"message": "Unsupported parameter: \'max_tokens\'"}}'),
        responds(422, b'{"error": {"message": "response_format is not supported"}}'),
        says("a"),
        says("b"),
    )
    async with opened(fake.url) as ask:
        assert [(await ask()).text, (await ask()).text] == ["a", "b"]
    for request in fake.requests[2:]:
        assert {"max_tokens", "response_format"}.isdisjoint(request.body)
        assert request.body["max_completion_tokens"] == 600
    assert len(fake.requests) == 4


async def test_an_endpoint_that_always_complains_is_not_asked_for_ever(fake: FakeEndpoint) -> None:
    fake.otherwise = responds(400, b"max_tokens response_format")
    assert (await failure(fake, fake.otherwise)).reason == "the endpoint refused the question (400)"
    assert len(fake.requests) == 3


async def test_tokens_that_can_not_be_are_not_believed(fake: FakeEndpoint) -> None:
    tokens: list[JsonValue] = [-1, 10**18, "7", None]
    usages: list[JsonValue] = [None, "many", *[{"prompt_tokens": each, "completion_tokens": 1} for each in tokens]]
    async with opened(fake.url) as ask:
        for usage in usages:
            fake.will(responds(body=completion("a", usage)))
            assert await ask() == Completion("a", None, None)


async def test_a_model_that_says_nothing_says_an_empty_text(fake: FakeEndpoint) -> None:
    fake.will(responds(body=completion(None)))
    async with opened(fake.url) as ask:
        assert (await ask()).text == ""
