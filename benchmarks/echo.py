"""The peer of a query: a service that does nothing but answer, by plain nats-py on asyncio, in a process of its own."""

import asyncio
import sys

import nats
from nats.aio.msg import Msg

ECHO_SUBJECT = "bench.echo"


async def serve(url: str) -> None:
    client = await nats.connect(url)

    async def echo(message: Msg) -> None:
        await message.respond(message.data)

    await client.subscribe(ECHO_SUBJECT, cb=echo)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
