"""docs/deploy.md, "Backup": what a restore does to checkpoints of change streams."""

from __future__ import annotations

import asyncio
from datetime import UTC
from typing import Any

from prisma.models import Message
from pymongo import MongoClient
from pymongo.database import Database

from database import DatabaseService, DatabaseSettings
from prismongo.changes import Checkpoint
from prismongo.embedded import Mongod
from prismongo.errors import ChangeStreamError, CollectionGoneError
from prismongo.schema import parse, push
from tests.project import SCHEMA

Live = Database[dict[str, Any]]


def dumped(live: Live) -> dict[str, list[dict[str, Any]]]:
    return {name: list(live[name].find()) for name in live.list_collection_names()}


def restored(live: Live, dump: dict[str, list[dict[str, Any]]]) -> None:
    """As `mongorestore --drop`: each collection is made anew, with the documents of then."""
    for name, documents in dump.items():
        live.drop_collection(name)
        live.create_collection(name)
        if documents:
            live[name].insert_many(documents)


async def handled(database: DatabaseService, content: str) -> None:
    """A consumer handles a change, and its checkpoint says so."""
    checkpoint = Checkpoint(database, "mailer")
    async with database.watch(Message, checkpoint=checkpoint) as changes:
        await database.message.create(data={"content": content})
        async for change in changes:
            assert change.after is not None
            await changes.handled()
            break


async def later(source: Live, other: Live) -> None:
    """Wait until writes on another server are later than every write on this one.

    A server gives its writes the second of its clock and a number in it. A server that starts in
    the second of a checkpoint begins with low numbers: its first writes are before the checkpoint.
    """
    latest = source.command("ping")["operationTime"].time
    while other.command("hello")["localTime"].replace(tzinfo=UTC).timestamp() < latest + 1:
        await asyncio.sleep(0.05)


async def following(database: DatabaseService, most: int) -> list[object]:
    """What the consumer gets when it begins again: contents of messages, or the error."""
    got: list[object] = []
    try:
        async with database.watch(Message, checkpoint=Checkpoint(database, "mailer")) as changes:
            async for change in changes:
                assert change.after is not None
                got.append((change.operation, change.after.content))
                await changes.handled()
                if len(got) == most:
                    break
    except ChangeStreamError as error:
        got.append(type(error))
    return got


async def test_on_the_same_server(live: Live, database: DatabaseService, mongo_url: str) -> None:
    await push(parse(SCHEMA.read_text()), mongo_url)
    await handled(database, "before")
    dump = dumped(live)
    await handled(database, "after")
    restored(live, dump)
    # What the restore has undone comes, and then the end, from now on at once.
    gone = CollectionGoneError
    assert await following(database, 2) == [("insert", "after"), gone]
    assert await following(database, 2) == [gone]
    await Checkpoint(database, "mailer").forget()
    await handled(database, "again")


async def test_on_another_server(live: Live, database: DatabaseService, mongo_url: str) -> None:
    await push(parse(SCHEMA.read_text()), mongo_url)
    await handled(database, "before")
    dump = dumped(live)
    async with Mongod() as other:
        url = other.url("kraken")
        with MongoClient[dict[str, Any]](url) as driver:
            await later(live, driver["kraken"])
            restored(driver["kraken"], dump)
        async with DatabaseService(DatabaseSettings(url=url)) as there:
            # What was handled there is new here.
            assert await following(there, 1) == [("insert", "before")]
            await Checkpoint(there, "mailer").forget()
            await handled(there, "again")
