"""One of several processes: a load, or subscribers. It prints `ready`, and waits for a line.

    python -m tests.reliability.worker URL prismongo TASKS ROUNDS
    python -m tests.reliability.worker URL pymongo TASKS ROUNDS
    python -m tests.reliability.worker URL subscribe SUBSCRIBERS MESSAGES

Its last line is a report in JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final

from prisma.models import Message
from pymongo import AsyncMongoClient, ReturnDocument

from database import DatabaseService, DatabaseSettings

POOL: Final = 16
COUNTERS: Final = 512
"""Records that all tasks of all processes increment."""

PAGE: Final = 20
CHANNELS: Final = tuple(f"{number:024x}" for number in range(4))
"""Each is a filter of its own."""

APP_NAME: Final = "processes"

DEFAULTS: Final = {"type": "TEXT", "isDeleted": False, "replyCount": 0, "isPinned": False}
"""The other fields that a message is stored with."""

Round = Callable[[int, int], Awaitable[None]]


@dataclass
class Report:
    """What a process did.

    Attributes:
        done: rounds that were completed, or messages that arrived in their order.
        seconds: how long it took, without the start.
        most_connections: the most that the pool had open.
        errors: by class and code.
    """

    done: int
    seconds: float
    most_connections: int
    errors: dict[str, int]


def counter(number: int) -> str:
    """The name of a record that is incremented."""
    return f"counter {number % COUNTERS}"


async def with_prismongo(url: str, tasks: int, rounds: int) -> Report:
    """Rounds of a create, a read, an update, a page and a delete."""
    settings = DatabaseSettings(url=url, max_pool_size=POOL, app_name=APP_NAME)
    async with DatabaseService(settings) as database:
        pool = database._mongo_engine.store.pool
        most = 0

        async def one(task: int, number: int) -> None:
            nonlocal most
            message = await database.message.create(data={"content": f"{task} {number}"})
            assert await database.message.find_unique(where={"id": message.id}) == message
            await database.user.update(
                where={"username": counter(task + number)},
                data={"storageUsed": {"increment": 1}},
            )
            await database.message.find_many(take=PAGE, order={"id": "asc"})
            await database.message.delete(where={"id": message.id})
            most = max(most, pool.opened - pool.closed)

        report = await load(one, tasks, rounds)
        report.most_connections = most
        return report


async def with_pymongo(url: str, tasks: int, rounds: int) -> Report:
    """The same by the driver alone."""
    async with AsyncMongoClient[dict[str, Any]](url, maxPoolSize=POOL, appname=APP_NAME) as client:
        database = client.get_default_database()
        messages, users = database["Message"], database["User"]

        async def one(task: int, number: int) -> None:
            document = {"content": f"{task} {number}", "sentAt": datetime.now(UTC), **DEFAULTS}
            made = (await messages.insert_one(document)).inserted_id
            assert await messages.find_one({"_id": made})
            await users.find_one_and_update(
                {"username": counter(task + number)},
                {"$inc": {"storageUsed": 1}},
                return_document=ReturnDocument.AFTER,
            )
            await messages.find().sort("_id", 1).limit(PAGE).to_list()
            await messages.find_one_and_delete({"_id": made})

        return await load(one, tasks, rounds)


async def load(one: Round, tasks: int, rounds: int) -> Report:
    """So many tasks at once, each with so many rounds; an error ends its round, not its task."""
    report = Report(0, 0.0, 0, {})
    errors: Counter[str] = Counter()

    async def work(task: int) -> None:
        for number in range(rounds):
            try:
                await one(task, number)
            except Exception as error:  # noqa: BLE001 - counted, and the test fails
                errors[f"{type(error).__name__} {getattr(error, 'code', '')}"] += 1
            else:
                report.done += 1

    await one(0, 0)  # connected, and every shape of a call compiled
    await barrier()
    clock = asyncio.get_running_loop().time
    began = clock()
    await asyncio.gather(*(work(task) for task in range(tasks)))
    report.seconds = clock() - began
    report.errors = dict(errors)
    return report


async def subscribe(url: str, subscribers: int, messages: int) -> Report:
    """So many consumers, spread over the channels; each waits for its channel's messages."""
    report = Report(0, 0.0, 0, {})
    entered = 0
    all_entered = asyncio.Event()

    async def consume(database: DatabaseService, channel: str) -> None:
        nonlocal entered
        where: Any = {"channelId": channel}
        async with database.watch(Message, where=where, operations={"insert"}) as changes:
            entered += 1
            if entered == subscribers:
                all_entered.set()
            for number in range(messages):
                change = await anext(changes)
                assert change.after is not None
                assert (change.after.channelId, change.after.content) == (channel, str(number))
                report.done += 1
            left.arrive()
            await left.everyone.wait()

    left = Arrivals(subscribers)
    settings = DatabaseSettings(url=url, max_pool_size=POOL, app_name=APP_NAME)
    async with DatabaseService(settings) as database, asyncio.TaskGroup() as group:
        for number in range(subscribers):
            group.create_task(consume(database, CHANNELS[number % len(CHANNELS)]))
        await all_entered.wait()
        await barrier()
        await left.everyone.wait()
    return report


class Arrivals:
    """An event that so many must reach."""

    def __init__(self, expected: int) -> None:
        self._missing = expected
        self.everyone = asyncio.Event()

    def arrive(self) -> None:
        """One more has."""
        self._missing -= 1
        if not self._missing:
            self.everyone.set()


async def barrier() -> None:
    """Say that all is prepared, and wait for the others."""
    print("ready", flush=True)  # noqa: T201
    await asyncio.to_thread(sys.stdin.readline)


async def main(url: str, what: str, count: int, each: int) -> None:
    """Do it, and print the report."""
    match what:
        case "prismongo":
            report = await with_prismongo(url, count, each)
        case "pymongo":
            report = await with_pymongo(url, count, each)
        case "subscribe":
            report = await subscribe(url, count, each)
        case _:
            raise SystemExit(f"unknown: {what}")
    print(json.dumps(asdict(report)), flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
