"""A consumer in a process of its own, to be killed: `python -m tests.changes.consumer URL FILE`.

It writes the content of each message to the file, and takes a moment before it asks for the next.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from prisma.models import Message

from database import DatabaseService, DatabaseSettings
from prismongo.changes import Checkpoint


async def main(url: str, path: Path) -> None:
    async with DatabaseService(DatabaseSettings(url=url)) as database:
        checkpoint = Checkpoint(database, "consumer")
        async with database.watch(Message, checkpoint=checkpoint) as changes:
            print("ready", flush=True)  # noqa: T201
            async for change in changes:
                with path.open("a") as file:
                    print(change.after.content if change.after else "", file=file)
                await asyncio.sleep(0.005)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
