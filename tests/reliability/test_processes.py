"""Many processes on one server: no error, no lost write, bounded pools, one cursor per filter.

`make processes` does the whole: 8 processes of 64 tasks, and 10,000 subscribers.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import harmonic_mean
from subprocess import Popen
from typing import Any, Final

from pymongo import MongoClient
from pymongo.database import Database

from database import DatabaseService, DatabaseSettings
from prismongo.url import url_database
from tests.cursors import open_cursors
from tests.processes import line_of, running, until
from tests.records import user
from tests.reliability.worker import APP_NAME, CHANNELS, COUNTERS, POOL, counter

PROCESSES: Final = int(os.environ.get("PROCESSES") or 2)
TASKS: Final = int(os.environ.get("PROCESSES_TASKS") or 16)
ROUNDS: Final = int(os.environ.get("PROCESSES_ROUNDS") or 5)
TURNS: Final = int(os.environ.get("PROCESSES_TURNS") or 1)
SUBSCRIBERS: Final = int(os.environ.get("PROCESSES_SUBSCRIBERS") or 200)
MESSAGES: Final = 5
"""For each channel."""

MONITORS: Final = 2
"""Connections of a client that are not of its pool: it watches its server by these."""

CLIENTS: Final = ("prismongo", "pymongo")

Document = dict[str, Any]
Report = dict[str, Any]


@contextmanager
def workers(url: str, what: str, count: int, each: int) -> Iterator[list[Popen[str]]]:
    """So many processes, which are ready and wait."""
    arguments = ["-m", "tests.reliability.worker", url, what, str(count), str(each)]
    with ExitStack() as stack:
        started = [stack.enter_context(running(arguments)) for _ in range(PROCESSES)]
        for worker in started:
            assert line_of(worker) == "ready"
        yield started


def start(started: list[Popen[str]]) -> None:
    """Let all of them go on."""
    for worker in started:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()


def reports(started: list[Popen[str]]) -> list[Report]:
    """Their reports, once they have ended."""
    found: list[Report] = [json.loads(line_of(worker)) for worker in started]
    assert [worker.wait() for worker in started] == [0] * len(started)
    return found


async def create_counters(url: str) -> None:
    """The records that all increment."""
    async with DatabaseService(DatabaseSettings(url=url)) as database:
        await database.user.create_many([user(counter(number)) for number in range(COUNTERS)])


async def post(url: str) -> None:
    """The messages of every channel."""
    async with DatabaseService(DatabaseSettings(url=url)) as database:
        for number in range(MESSAGES):
            await database.message.create_many(
                [{"content": str(number), "channelId": channel} for channel in CHANNELS]
            )


def connections(database: Database[Document]) -> int:
    """How many the server has from the workers."""
    stages: list[Document] = [
        {"$currentOp": {"allUsers": True, "idleConnections": True}},
        {"$match": {"appName": APP_NAME}},
        {"$group": {"_id": "$connectionId"}},
    ]
    return len(list(database.client.admin.aggregate(stages)))


def most_connections(started: list[Popen[str]], database: Database[Document]) -> int:
    """The most that the server had from the workers until they ended."""
    most = 0
    while any(worker.poll() is None for worker in started):
        most = max(most, connections(database))
        time.sleep(0.05)
    return most


def test_processes_share_a_server(mongo_client: MongoClient[Document], mongo_url: str) -> None:
    """Both clients in turns, each first in every second one: so other load is the same for both."""
    database = mongo_client[url_database(mongo_url)]
    database["User"].create_index("username", unique=True)
    asyncio.run(create_counters(mongo_url))
    speeds: dict[str, list[float]] = {client: [] for client in CLIENTS}
    most = dict.fromkeys(CLIENTS, 0)
    for turn in range(TURNS):
        for client in CLIENTS if turn % 2 == 0 else reversed(CLIENTS):
            speed, connected = load(mongo_url, database, client)
            speeds[client].append(speed)
            most[client] = max(most[client], connected)
    done = 2 * TURNS * PROCESSES * (TASKS * ROUNDS + 1)  # each begins with one round more
    assert sum(each["storageUsed"] for each in database["User"].find()) == done
    assert database["Message"].count_documents({}) == 0
    for client in CLIENTS:
        mean = harmonic_mean(speeds[client])
        print(f"\n{client}: {mean:,.0f} operations/s, {most[client]} connections", end="")  # noqa: T201
    print(f"\nratio {ratio_text(speeds)}")  # noqa: T201


def load(url: str, database: Database[Document], client: str) -> tuple[float, int]:
    """One turn of a client → operations a second, and the most connections."""
    with workers(url, client, TASKS, ROUNDS) as started:
        start(started)
        most = most_connections(started, database)
        found = reports(started)
    assert [each["errors"] for each in found] == [{}] * PROCESSES
    assert [each["done"] for each in found] == [TASKS * ROUNDS] * PROCESSES
    assert max(each["most_connections"] for each in found) <= POOL
    assert most <= PROCESSES * (POOL + MONITORS)
    return 5 * PROCESSES * TASKS * ROUNDS / max(each["seconds"] for each in found), most


def ratio_text(speeds: dict[str, list[float]]) -> str:
    """The speed of ours beside the driver's, over all turns, and that of each turn."""
    ours, drivers = (speeds[client] for client in CLIENTS)
    turns = ", ".join(f"{one / other:.2f}" for one, other in zip(ours, drivers, strict=True))
    return f"{harmonic_mean(ours) / harmonic_mean(drivers):.2f}; of the turns: {turns}"


def test_subscribers_of_a_filter_share_a_cursor_in_each_process(
    mongo_client: MongoClient[Document], mongo_url: str
) -> None:
    database = mongo_client[url_database(mongo_url)]
    database.create_collection("Message")
    share = SUBSCRIBERS // PROCESSES
    with workers(mongo_url, "subscribe", share, MESSAGES) as started:
        cursors = len(open_cursors(mongo_client, f"{database.name}."))
        most = connections(database)
        asyncio.run(post(mongo_url))
        start(started)
        found = reports(started)
    print(f"\n{cursors} cursors, {most} connections")  # noqa: T201
    assert cursors == PROCESSES * len(CHANNELS)
    assert most <= PROCESSES * (POOL + len(CHANNELS) + 2 * MONITORS)
    assert [each["done"] for each in found] == [share * MESSAGES] * PROCESSES
    until(lambda: open_cursors(mongo_client, f"{database.name}.") == set())
