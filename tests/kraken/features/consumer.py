"""A consumer in a process of its own: `python -m tests.kraken.features.consumer URL`.

It waits between the writing of a message's notifications and the checkpoint, to be killed there.
"""

from __future__ import annotations

import asyncio
import sys

from containers.notifications import NotificationConsumer
from database import DatabaseService, DatabaseSettings


class Halting(NotificationConsumer):
    """Says which message it has delivered, and never asks for the next."""

    async def deliver(self, message_id: str) -> None:
        await super().deliver(message_id)
        print(message_id, flush=True)  # noqa: T201
        await asyncio.Event().wait()


async def main(url: str) -> None:
    async with DatabaseService(DatabaseSettings(url=url)) as database:
        consumer = Halting(database)
        running = asyncio.create_task(consumer.run())
        await consumer.is_open.wait()
        print("ready", flush=True)  # noqa: T201
        await running


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
