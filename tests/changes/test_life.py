"""Streams end: by leaving, by cancelling, and with the database that they belong to."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import pytest
from prisma.errors import ClientNotConnectedError
from prisma.models import Message

from containers import running
from database import DatabaseService, DatabaseSettings
from prismongo.changes import Changes
from prismongo.containers.lifecycle import stop
from prismongo.errors import NotStartedError
from tests.application import made
from tests.changes.taking import post, take
from tests.waiting import PATIENCE, until

Cursors = Callable[[], list[int]]


async def consume(
    changes: Changes[Message], seen: list[str], entered: asyncio.Event | None = None
) -> None:
    async with changes:
        if entered is not None:
            entered.set()
        async for change in changes:
            assert change.after is not None
            seen.append(change.after.content)


def streaming_tasks() -> list[asyncio.Task[object]]:
    return [task for task in asyncio.all_tasks() if task.get_name() == "prismongo.changes"]


async def test_entered_it_is_open_and_left_it_is_closed(
    database: DatabaseService, cursors: Cursors
) -> None:
    assert cursors() == []
    async with database.watch(Message) as changes:
        assert len(cursors()) == 1
        await post(database, "one")  # nothing was asked for yet, and is not missed
        await take(changes, 1)
    assert cursors() == []
    with pytest.raises(StopAsyncIteration):
        await anext(changes)


async def test_two_hundred_streams_leave_nothing_behind(
    database: DatabaseService, cursors: Cursors
) -> None:
    await post(database, "before")

    async def open_and_close(number: int) -> None:
        async with database.watch(Message, where={"content": str(number)}) as changes:
            if number % 2:
                await post(database, str(number))
                await take(changes, 1)

    for group in range(10):
        numbers = range(group * 20, group * 20 + 20)
        await asyncio.gather(*map(open_and_close, numbers))
        assert cursors() == []
        assert streaming_tasks() == []

    status = await database.mongo.client.admin.command("serverStatus")
    assert status["connections"]["current"] < 60


async def test_an_error_in_the_body_closes_the_stream(
    database: DatabaseService, cursors: Cursors
) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.watch(Message):
            raise ZeroDivisionError
    assert cursors() == []


async def test_a_cancelled_consumer_closes_its_stream(
    database: DatabaseService, cursors: Cursors
) -> None:
    task = asyncio.create_task(consume(database.watch(Message), []))
    await until(lambda: len(cursors()) == 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert cursors() == []


async def test_cancelled_while_entering(database: DatabaseService, cursors: Cursors) -> None:
    for turns in range(12):
        task = asyncio.create_task(consume(database.watch(Message), []))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await until(lambda: cursors() == [] and streaming_tasks() == [])


async def test_one_of_those_who_enter_together_may_be_cancelled(database: DatabaseService) -> None:
    seen: list[list[str]] = [[] for _ in range(3)]
    entered = [asyncio.Event() for _ in seen]
    tasks = [
        asyncio.create_task(consume(database.watch(Message), each, event))
        for each, event in zip(seen, entered, strict=True)
    ]
    await asyncio.sleep(0)
    tasks[0].cancel()
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*(event.wait() for event in entered[1:]))
    await post(database, "one")
    await until(lambda: seen == [[], ["one"], ["one"]])
    assert tasks[0].cancelled()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_asking_again_after_a_time_out_misses_nothing(database: DatabaseService) -> None:
    """`wait_for(anext(changes))` is how one waits with a limit; it cancels."""
    seen: list[str] = []
    async with database.watch(Message) as changes:

        async def poll() -> None:
            while len(seen) < 50:
                try:
                    change = await asyncio.wait_for(anext(changes), 0.003)
                except TimeoutError:
                    continue
                seen.append(change.after.content if change.after else "")

        polling = asyncio.create_task(poll())
        for number in range(50):
            await post(database, str(number))
        async with asyncio.timeout(PATIENCE):
            await polling

    assert seen == [str(number) for number in range(50)]


# --- the database ---


async def test_disconnecting_ends_the_loops(
    settings: DatabaseSettings, cursors: Cursors, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[str] = []
    service = DatabaseService(settings)
    await service.connect()
    streams = [
        service.watch(Message),
        service.watch(Message),
        service.watch(Message, operations={"insert"}),
    ]
    entered = [asyncio.Event() for _ in streams]
    tasks = [
        asyncio.create_task(consume(stream, seen, event))
        for stream, event in zip(streams, entered, strict=True)
    ]
    for event in entered:
        await event.wait()
    assert len(cursors()) == 2
    await post(service, "one")
    await until(lambda: len(seen) == 3)
    with caplog.at_level(logging.DEBUG, logger="prismongo"):
        await service.disconnect()
        await asyncio.wait_for(asyncio.gather(*tasks), PATIENCE)

    assert cursors() == []
    assert streaming_tasks() == []
    assert [record.message for record in caplog.records if record.name == "prismongo.changes"] == []
    with pytest.raises(ClientNotConnectedError):
        service.watch(Message)


async def test_disconnecting_ends_a_stream_that_waits_for_its_consumer(
    settings: DatabaseSettings, cursors: Cursors
) -> None:
    async with DatabaseService(settings) as service:
        changes = service.watch(Message, buffer=1)
        await changes.__aenter__()
        for number in range(5):
            await post(service, str(number))
        await take(changes, 1)

    with pytest.raises(StopAsyncIteration):
        await anext(changes)
    await changes.__aexit__(None, None, None)
    assert cursors() == []


async def test_connected_again_it_can_be_watched_again(settings: DatabaseSettings) -> None:
    service = DatabaseService(settings)
    for _ in range(2):
        async with service, service.watch(Message) as changes:
            await post(service, "one")
            assert [change.operation for change in await take(changes, 1)] == ["insert"]


async def test_stopping_the_container_ends_streams_first(
    settings: DatabaseSettings, cursors: Cursors
) -> None:
    container = made(settings)
    seen: list[str] = []
    async with running(container):
        database = container.database.service()
        consumer = asyncio.create_task(consume(database.watch(Message), seen))
        await until(lambda: len(cursors()) == 1)
        await post(database, "one")
        await until(lambda: seen == ["one"])

    await asyncio.wait_for(consumer, PATIENCE)
    assert cursors() == []
    await stop(container)


async def test_a_stream_belongs_to_the_loop_of_its_database(settings: DatabaseSettings) -> None:
    async def elsewhere(service: DatabaseService) -> None:
        async with service.watch(Message):
            pass

    async with DatabaseService(settings) as service:
        with pytest.raises(NotStartedError, match="another event loop"):
            await asyncio.to_thread(asyncio.run, elsewhere(service))


async def test_streams_take_no_connection_from_operations(
    settings: DatabaseSettings, cursors: Cursors
) -> None:
    small = settings.model_copy(update={"max_pool_size": 1})
    async with DatabaseService(small) as service, asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(consume(service.watch(Message, where={"id": f"{number:024x}"}), []))
            for number in range(20)
        ]
        await until(lambda: len(cursors()) == 20)
        async with asyncio.timeout(PATIENCE):
            assert await service.user.count() == 0
        for task in tasks:
            task.cancel()
