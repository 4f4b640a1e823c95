"""The way out to an endpoint: what leaves the machine beside a question, and how much of a reply is read.

The only module here that knows httpx2. It is built for one endpoint, follows no redirect, and takes nothing from the
environment: no proxy, no key, no header that was meant for another service.
"""

from collections.abc import AsyncIterator

import httpx2

# Everything else that a client adds says something about this machine, or was meant for somebody else.
_SENT = ("host", "accept", "content-type", "content-length", "transfer-encoding")
_CONNECT_SECONDS_MAX = 10.0


class ReplyTooLarge(Exception):
    pass


class ReplyCompressed(Exception):
    """We ask for none, because a small reply could be unpacked to a huge one."""


def was_reached(cause: BaseException | None) -> bool:
    """Whether a failed request can have got to the endpoint at all."""
    return not isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.UnsupportedProtocol)


def client_for(api_key: str | None, *, connections_max: int, bytes_max: int) -> httpx2.AsyncClient:
    inner = httpx2.AsyncHTTPTransport(trust_env=False, limits=httpx2.Limits(max_connections=connections_max))
    return httpx2.AsyncClient(
        transport=_GuardedTransport(inner, api_key, bytes_max),
        trust_env=False,
        follow_redirects=False,
        # Whoever asks has a deadline for the whole.
        timeout=httpx2.Timeout(None, connect=_CONNECT_SECONDS_MAX),
    )


class _GuardedTransport(httpx2.AsyncBaseTransport):
    def __init__(self, inner: httpx2.AsyncBaseTransport, api_key: str | None, bytes_max: int) -> None:
        self._inner = inner
        self._api_key = api_key
        self._bytes_max = bytes_max

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        sent = {name: value for name, value in request.headers.items() if name in _SENT}
        sent |= {"accept-encoding": "identity", "user-agent": "postil"}
        if self._api_key is not None:
            sent["authorization"] = f"Bearer {self._api_key}"
        # Another one, because the client still looks for its own marks in the first.
        outgoing = httpx2.Request(
            request.method, request.url, headers=sent, stream=request.stream, extensions=request.extensions
        )
        response = await self._inner.handle_async_request(outgoing)
        if response.headers.get("content-encoding", "identity") != "identity":
            await response.aclose()
            raise ReplyCompressed
        return httpx2.Response(
            status_code=response.status_code,
            headers=response.headers,
            stream=_Bounded(response, self._bytes_max),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, response: httpx2.Response, bytes_max: int) -> None:
        self._response = response
        self._left = bytes_max

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._response.aiter_raw():
            self._left -= len(part)
            if self._left < 0:
                raise ReplyTooLarge
            yield part

    async def aclose(self) -> None:
        await self._response.aclose()
