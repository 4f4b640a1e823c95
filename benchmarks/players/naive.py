"""What one writes first: a JetStream subscriber by nats-py that commits each document by itself: `naive URL NAME FILE`.

On uvloop like our services and FastStream's, so that it is not the loop that makes the difference.
"""

import json
import sys

import nats
import uvloop
from nats.aio.msg import Msg

from benchmarks.players import say, until_told
from benchmarks.players.plain_table import INSERT, new_table


async def serve(url: str, name: str, file: str) -> None:
    client = await nats.connect(url)
    jetstream = client.jetstream()
    await jetstream.add_stream(name=name, subjects=[f"{name}.docs"])
    async with new_table(file) as database:

        async def keep(message: Msg) -> None:
            for document in json.loads(message.data):
                await database.execute(INSERT, document)
                await database.commit()
            await message.ack()

        await jetstream.subscribe(f"{name}.docs", durable="keeper", cb=keep, manual_ack=True)
        say({"ready": True})
        await until_told()
        await client.close()


if __name__ == "__main__":
    uvloop.run(serve(*sys.argv[1:]))
