"""An OpenAI-compatible endpoint, asked once: messages in, text and tokens out, or the one thing that went wrong.

The only module here that knows the `openai` client. It doesn't retry, wait or count: that is left to whoever asks.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

import openai
from openai.types.chat import ChatCompletionMessageParam
from openai.types.shared_params import ResponseFormatJSONSchema
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.analysis.language_model.outcome import Completion, EndpointFailed, EndpointSick
from services.analysis.language_model.prompt import Message
from services.analysis.language_model.transport import ReplyCompressed, ReplyTooLarge, client_for, was_reached
from shared.clock import Clock
from shared.settings import LanguageModelSettings

# An endpoint that was started with one model answers whatever it is called.
MODEL_WITHOUT_NAME = "default"
PAUSE_SECONDS_MAX = 3_600.0
_REFUSES_THE_QUESTION = {400, 413, 422}
_PAUSES = {429, 503}
# Two things in a question that not every endpoint knows.
_TRAITS_MAX = 2


class _Lenient(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")


class _Usage(_Lenient):
    prompt_tokens: int = Field(ge=0, le=10_000_000)
    completion_tokens: int = Field(ge=0, le=10_000_000)


class _Said(_Lenient):
    content: str | None = None


class _Choice(_Lenient):
    message: _Said


class _Reply(_Lenient):
    choices: list[_Choice] = Field(min_length=1)
    usage: object = None


class Endpoint:
    def __init__(self, settings: LanguageModelSettings, clock: Clock) -> None:
        key = settings.api_key.get_secret_value() if settings.api_key else None
        self._settings = settings
        self._clock = clock
        self.model = settings.model or MODEL_WITHOUT_NAME
        self._client = openai.AsyncOpenAI(
            base_url=settings.url,
            # The transport sends the key, or none; without one here, the client would look for it in the environment.
            api_key=key or "none",
            max_retries=0,
            http_client=client_for(key, connections_max=settings.concurrency, bytes_max=settings.reply_bytes_max),
        )
        # As most endpoints have it; one that refuses is asked the other way from then on.
        self._knows_schemas = True
        self._knows_max_tokens = True

    async def complete(self, messages: list[Message], schema: Mapping[str, object], deadline: float) -> Completion:
        """`deadline` is a time of the event loop. Raises `EndpointFailed`."""
        try:
            async with asyncio.timeout_at(deadline):
                return _completion_in(await self._reply_to(messages, schema))
        except TimeoutError as error:
            seconds = f"{self._settings.seconds_max:g}"
            raise EndpointSick(f"there was no whole answer within {seconds} seconds", is_paid=True) from error
        except ReplyTooLarge as error:
            bytes_max = self._settings.reply_bytes_max
            raise EndpointSick(f"the answer has more than {bytes_max} bytes", is_paid=True) from error
        except ReplyCompressed as error:
            raise EndpointSick("the answer is compressed, which was not asked for", is_paid=True) from error
        except openai.APIStatusError as error:
            raise self._refusal(error) from error
        except openai.APIConnectionError as error:
            if not was_reached(error.__cause__):
                raise EndpointSick("the endpoint can't be reached") from error
            raise EndpointSick("the endpoint hung up", is_paid=True) from error
        except openai.OpenAIError as error:
            raise EndpointSick("the endpoint's answer can't be understood", is_paid=True) from error

    async def close(self) -> None:
        await self._client.close()

    async def _reply_to(self, messages: list[Message], schema: Mapping[str, object]) -> bytes:
        for _ in range(_TRAITS_MAX):
            try:
                return await self._ask(messages, schema)
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                if not self._has_learned_from(error):
                    raise
        return await self._ask(messages, schema)

    async def _ask(self, messages: list[Message], schema: Mapping[str, object]) -> bytes:
        """No tools are offered, so there is nothing that a text could talk the model into using."""
        tokens_max = self._settings.tokens_out_max
        response = await self._client.chat.completions.with_raw_response.create(
            model=self.model,
            messages=[_as_param(message) for message in messages],
            max_tokens=tokens_max if self._knows_max_tokens else openai.omit,
            max_completion_tokens=openai.omit if self._knows_max_tokens else tokens_max,
            response_format=_as_format(schema) if self._knows_schemas else openai.omit,
        )
        return response.content

    def _has_learned_from(self, error: openai.APIStatusError) -> bool:
        complaint = error.response.text
        if self._knows_max_tokens and "max_tokens" in complaint:
            self._knows_max_tokens = False
            return True
        if self._knows_schemas and ("response_format" in complaint or "json_schema" in complaint):
            self._knows_schemas = False
            return True
        return False

    def _refusal(self, error: openai.APIStatusError) -> EndpointFailed:
        """Only the number is told: the words may repeat what we have sent."""
        code = error.status_code
        pause = self._pause_in(error.response.headers) if code in _PAUSES else None
        if pause is not None:
            return EndpointFailed(f"the endpoint answered {code}", pause_seconds=pause)
        if code in _REFUSES_THE_QUESTION:
            return EndpointFailed(f"the endpoint refused the question ({code})")
        return EndpointSick(f"the endpoint answered {code}")

    def _pause_in(self, headers: Mapping[str, str]) -> float | None:
        said = headers.get("retry-after", "")
        try:
            seconds = float(said)
        except ValueError:
            seconds = self._seconds_to(said)
        # Written like this, what is not a number is no pause either.
        return min(seconds, PAUSE_SECONDS_MAX) if seconds >= 0 else None

    def _seconds_to(self, date: str) -> float:
        try:
            moment: datetime = parsedate_to_datetime(date)
            return max(0.0, (moment - self._clock.now()).total_seconds())
        # A date without a zone can't be compared.
        except (ValueError, TypeError):
            return -1.0


def _as_param(message: Message) -> ChatCompletionMessageParam:
    match message.role:
        case "system":
            return {"role": "system", "content": message.text}
        case "user":
            return {"role": "user", "content": message.text}
        case "assistant":
            return {"role": "assistant", "content": message.text}


def _as_format(schema: Mapping[str, object]) -> ResponseFormatJSONSchema:
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": dict(schema), "strict": True}}


def _completion_in(payload: bytes) -> Completion:
    try:
        reply = _Reply.model_validate_json(payload)
    except ValidationError as error:
        raise EndpointSick("the endpoint's answer is no chat completion", is_paid=True) from error
    try:
        usage = _Usage.model_validate(reply.usage)
    except ValidationError:
        return Completion(reply.choices[0].message.content or "", None, None)
    return Completion(reply.choices[0].message.content or "", usage.prompt_tokens, usage.completion_tokens)
