"""What a robust container module must pass: starts once, wholly or not at all, in one order."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import weakref
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from dependency_injector import providers

from containers import ApplicationContainer, running, start, stop
from containers.users import UserService
from database import DatabaseService, DatabaseSettings
from prismongo.containers.base import Container
from prismongo.containers.resource import PlainResource
from prismongo.errors import ConnectionError, NotStartedError
from tests.application import Calls
from tests.clock import Clock
from tests.containers.stage import Application, Thing
from tests.project import TOP
from tests.waiting import PATIENCE, until


async def test_check_04_a_failed_start_closes_what_started_and_raises_the_first_error() -> None:
    application = Application()
    application.stage().fails = {"database", "cache"}
    with pytest.raises(OSError, match="database failed") as caught:
        await start(application)
    assert application.stage().events == ["+server", "-server"]
    assert not hasattr(caught.value, "__notes__")
    assert asyncio.all_tasks() == {asyncio.current_task()}, "what was pending is cancelled"
    application.stage().fails.clear()
    async with running(application):
        assert application.first.service().database.name == "database"


async def test_check_06_of_many_waiters_one_is_cancelled_and_the_others_get_the_database(
    application: ApplicationContainer, calls: Calls
) -> None:
    waiters = [asyncio.ensure_future(start(application)) for _ in range(5)]
    await asyncio.sleep(0)
    waiters[0].cancel()
    results = await asyncio.gather(*waiters, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert results[1:] == [None] * 4
    assert await application.users.service().database.user.count() == 0
    assert calls.connects == 1
    await stop(application)


async def test_check_07_after_a_cancelled_start_later_calls_end_at_once_with_a_clear_error(
    application: ApplicationContainer,
) -> None:
    hanging = asyncio.Event()

    async def hang() -> AsyncIterator[None]:
        hanging.set()
        await asyncio.Event().wait()
        yield

    application.database.server.override(PlainResource(hang))
    starter = asyncio.ensure_future(start(application))
    await hanging.wait()
    starter.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starter
    assert asyncio.all_tasks() == {asyncio.current_task()}, "the start does not go on unseen"
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(NotStartedError, match="not started: use"):
            application.users.service()
        with pytest.raises(NotStartedError, match="not started: use"):
            await application.database.service.async_()
        await stop(application)
        application.database.server.reset_override()
    async with running(application):
        assert await application.users.service().database.user.count() == 0


def test_check_10_a_second_event_loop_gets_a_fresh_client(
    application: ApplicationContainer,
) -> None:
    async def use() -> DatabaseService:
        async with running(application):
            database = application.users.service().database
            assert await database.user.count() == 0
            return database

    async def start_and_forget() -> DatabaseService:
        await start(application)
        return application.users.service().database

    used = [asyncio.run(use()), asyncio.run(start_and_forget()), asyncio.run(use())]
    assert len(set(map(id, used))) == 3
    assert not any(database.is_connected() for database in used)


async def test_check_11_the_real_client_connects_and_disconnects_exactly_once(
    application: ApplicationContainer, calls: Calls
) -> None:
    async with running(application):
        for _ in range(3):
            await application.users.service().database.user.count()
            await application.messages.service().database.message.count()
        assert (calls.connects, calls.disconnects) == (1, 0)
    assert (calls.connects, calls.disconnects) == (1, 1)


async def test_check_12_a_second_run_has_a_fresh_client_and_nothing_holds_the_old(
    application: ApplicationContainer,
) -> None:
    await start(application)
    old = weakref.ref(application.database.service())
    await stop(application)
    await start(application)
    fresh = application.users.service().database
    assert fresh.is_connected()
    gc.collect()
    assert old() is None
    await stop(application)
    assert not fresh.is_connected()


async def test_check_14_start_and_stop_can_always_be_awaited_also_twice_and_before_start(
    application: ApplicationContainer, calls: Calls
) -> None:
    await stop(application)
    await start(application)
    await start(application)
    await stop(application)
    await stop(application)
    assert (calls.connects, calls.disconnects) == (1, 1)

    class Empty(Container):
        thing = providers.Object(Thing("nothing to start"))

    empty = Empty()
    await stop(empty)
    await start(empty)
    await start(empty)
    await stop(empty)


async def test_check_25_a_connect_that_hangs_fails_in_its_time_and_cleans_up(
    application: ApplicationContainer, clock: Clock
) -> None:
    silent: list[asyncio.StreamWriter] = []
    ended = asyncio.Event()

    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        silent.append(writer)
        while await reader.read(1024):
            pass
        writer.close()
        ended.set()

    async with await asyncio.start_server(never_answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        url = f"mongodb://127.0.0.1:{port}/kraken"
        application.database_settings.override(DatabaseSettings(url=url, connect_timeout=20))
        starting = asyncio.ensure_future(start(application))
        await until(lambda: bool(silent))
        clock.advance(20)
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(ConnectionError, match="within 20 s"):
                await starting
            await ended.wait()
        with pytest.raises(NotStartedError):
            application.users.service()


async def test_check_33_eight_threads_resolve_a_service_and_there_is_one_connect(
    application: ApplicationContainer, calls: Calls
) -> None:
    def resolve(_: int) -> list[UserService]:
        return [application.users.service() for _ in range(50)]

    async with running(application):
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(8) as threads:
            work = [loop.run_in_executor(threads, resolve, number) for number in range(8)]
            services = [service for found in await asyncio.gather(*work) for service in found]
        assert len(services) == 400
        assert {id(service.database) for service in services} == {
            id(application.database.service())
        }
    assert calls.connects == 1


ORDER = """
import sys
sys.modules["fastapi"] = None  # dependency-injector imports it where it can: half a second
from dependency_injector import providers
from prismongo.containers.base import Container, mount
from prismongo.containers.graph import paths, resources_of

class Feature(Container):
    one = providers.Resource(print)
    two = providers.Resource(print)

class Root(Container):
    needed = {name: providers.Resource(print) for name in "badec"}
    all = providers.Resource(dict, **needed)
    one = providers.Resource(print)
    two = providers.Resource(print)
    three = providers.Resource(print)
    first = mount(Feature)
    second = mount(Feature)

root = Root()
names = dict(zip(root.all.kwargs.values(), root.all.kwargs, strict=True))
named = {**paths(root), **names}
print(*(named[resource] for resource in resources_of(root)))
"""


async def test_check_34_independent_resources_have_the_same_order_in_20_processes() -> None:
    # What start goes by, without the import of the generated client that a start needs.
    async def order(_: int) -> str:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", ORDER, cwd=TOP, stdout=subprocess.PIPE
        )
        printed, _error = await process.communicate()
        return printed.decode().strip()

    orders = [order(number) for number in range(20)]
    declared = "b a d e c all one two three first.one first.two second.one second.two"
    assert await asyncio.gather(*orders) == [declared] * 20
