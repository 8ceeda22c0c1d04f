"""Start, stop and rollback of whole containers, without a database."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import weakref
from collections.abc import AsyncIterator

import pytest
from dependency_injector import providers

from prismongo.containers.base import Container, mount
from prismongo.containers.lifecycle import HANDLED, running, start, stop
from prismongo.containers.resource import PlainResource
from prismongo.errors import NotStartedError
from tests.containers.stage import (
    FOR_EVER,
    SOON,
    Application,
    Database,
    Feature,
    Service,
    Stage,
    Thing,
    open_thing,
)


async def test_before_and_after_it_raises() -> None:
    application = Application()
    with pytest.raises(NotStartedError, match="not started"):
        application.first.service()
    async with running(application):
        pass
    with pytest.raises(NotStartedError, match="not started"):
        application.first.service()


async def test_a_second_start_has_fresh_values_and_singletons_forget_the_old() -> None:
    application = Application()
    await start(application)
    old = weakref.ref(application.database.service())
    assert application.first.kept().database is old()
    await stop(application)
    await start(application)
    gc.collect()
    assert old() is None
    assert application.first.kept().database is application.database.service()
    await stop(application)


async def test_errors_of_the_rollback_are_notes_on_the_first() -> None:
    application = Application()
    application.stage().fails = {"cache"}
    application.stage().fails_to_close = {"database"}
    with pytest.raises(OSError, match="cache failed") as caught:
        await start(application)
    assert "database would not close" in caught.value.__notes__[0]
    assert application.stage().events[-1] == "-server"


@pytest.mark.usefixtures("idle_clock")
async def test_a_start_that_hangs_ends_in_time_names_the_resource_and_cleans_up() -> None:
    application = Application()
    application.stage().hangs = {"database"}
    application.lifecycle.override(SOON)
    with pytest.raises(TimeoutError, match=r"database\.service did not start within 0\.2 s"):
        await start(application)
    assert application.stage().events == ["+server", "-server"]


async def test_errors_of_stop_come_as_one_group_and_everything_else_closes() -> None:
    application = Application()
    application.stage().fails_to_close = {"database", "cache"}
    await start(application)
    with pytest.raises(ExceptionGroup) as caught:
        await stop(application)
    assert [str(error) for error in caught.value.exceptions] == [
        "cache would not close",
        "cache would not close",
        "database would not close",
    ]
    assert caught.value.exceptions[2].__notes__ == ["While stopping database.service"]
    assert application.stage().events[-1] == "-server"


@pytest.mark.usefixtures("idle_clock")
async def test_a_stop_that_hangs_is_bounded() -> None:
    application = Application()
    application.stage().hangs_closing = {"database"}
    application.lifecycle.override(SOON)
    await start(application)
    with pytest.raises(ExceptionGroup) as caught:
        await stop(application)
    assert "database.service did not stop within 0.2 s" in str(caught.value.exceptions[0])
    assert application.stage().events[-1] == "-server"


async def test_a_cancelled_start_leaves_nothing_and_says_so() -> None:
    application = Application()
    application.stage().hangs = {"cache"}
    starter = asyncio.ensure_future(start(application))
    await application.stage().hanging.wait()
    starter.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starter
    assert application.stage().events == ["+server", "+database", "-database", "-server"]
    with pytest.raises(NotStartedError, match="not started"):
        application.first.service()


async def test_stop_ends_a_start_under_way() -> None:
    application = Application()
    application.stage().hangs = {"cache"}
    starter = asyncio.ensure_future(start(application))
    await application.stage().hanging.wait()
    await stop(application)
    with pytest.raises(NotStartedError, match="ended before it was done"):
        await starter
    assert application.stage().events[-1] == "-server"


async def test_a_cancelled_stop_still_stops_everything() -> None:
    application = Application()
    await start(application)
    stopper = asyncio.ensure_future(stop(application))
    await asyncio.sleep(0)
    stopper.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopper
    assert application.stage().events[-1] == "-server"


async def test_a_feature_alone_starts_what_it_is_given_and_stops_it() -> None:
    stage = Stage()
    database = Database(stage=stage)
    async with running(Feature(stage=stage, database=database.service)) as feature:
        assert feature.service().database.name == "database"
    assert stage.events == ["+server", "+database", "+cache", "-cache", "-database", "-server"]


async def test_an_overridden_database_starts_nothing_upstream_of_it() -> None:
    application = Application()
    fake = Thing("fake")
    with application.database.service.override(fake):
        async with running(application):
            assert application.first.service().database is fake
            assert application.first.kept().database is fake
    assert application.stage().events == ["+cache", "+cache", "-cache", "-cache"]
    async with running(application):
        assert application.first.service().database.name == "database"
        assert application.first.kept().database.name == "database"


async def test_what_an_overridden_one_shares_with_others_is_started() -> None:
    class Shared(Container):
        stage = providers.Singleton(Stage)
        server = PlainResource(open_thing, stage=stage, name="server")
        database = PlainResource(open_thing, stage=stage, name="database", server=server)
        cache = PlainResource(open_thing, stage=stage, name="cache", server=server)

    shared = Shared()
    with shared.database.override(Thing("fake")):
        async with running(shared):
            assert shared.stage().events == ["+server", "+cache"]


async def test_a_feature_given_something_else_leaves_the_database_idle() -> None:
    class Single(Container):
        stage = providers.Singleton(Stage)
        database = mount(Database, stage=stage)
        feature = mount(Feature, stage=stage, database=database.service)

    single = Single()
    with single.feature.database.override(Thing("fake")):
        async with running(single):
            assert single.feature.service().database.name == "fake"
    assert single.stage().events == ["+cache", "-cache"]
    async with running(single):
        assert single.feature.service().database.name == "database"


async def test_overridden_while_it_runs_the_real_one_is_still_stopped() -> None:
    application = Application()
    await start(application)
    with application.database.service.override(Thing("fake")):
        await stop(application)
    assert "-database" in application.stage().events


async def test_ordinary_resources_take_part() -> None:
    events: list[str] = []

    async def asynchronous(database: Thing) -> AsyncIterator[str]:
        events.append(f"+asynchronous on {database.name}")
        yield "value"
        events.append("-asynchronous")

    class Mixed(Container):
        stage = providers.Singleton(Stage)
        database = PlainResource(open_thing, stage=stage, name="database")
        service = providers.Factory(Service, database=database)
        ordinary = providers.Resource(asynchronous, database=service.provided.database)

    async with running(Mixed()) as mixed:
        assert events == ["+asynchronous on database"]
    assert events[-1] == "-asynchronous"
    assert mixed.stage().events == ["+database", "-database"]


async def test_an_error_in_the_body_passes_through_after_stop() -> None:
    application = Application()
    with pytest.raises(KeyError):
        async with running(application):
            raise KeyError
    assert application.stage().events[-1] == "-server"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_lets_the_body_finish_its_work_and_stops(number: signal.Signals) -> None:
    application = Application()
    async with running(application, serve=True):
        try:
            os.kill(os.getpid(), number)
            await asyncio.sleep(FOR_EVER)
        finally:
            assert application.first.service().database.name == "database"
            application.stage().events.append("drained")
    assert application.stage().events[4:] == ["drained", "-cache", "-cache", "-database", "-server"]
    await asyncio.sleep(0)


async def test_a_signal_during_start_stops_what_started_and_ends_the_process() -> None:
    application = Application()
    events = application.stage().events
    application.stage().hangs = {"cache"}

    async def interrupt() -> None:
        while "+database" not in events:
            await asyncio.sleep(0)
        os.kill(os.getpid(), signal.SIGTERM)

    interrupting = asyncio.ensure_future(interrupt())
    with pytest.raises(SystemExit) as caught:
        async with running(application, serve=True):
            pytest.fail("it did not start")
    await interrupting
    assert caught.value.code == 128 + signal.SIGTERM
    assert application.stage().events == ["+server", "+database", "-database", "-server"]


async def test_a_second_signal_ends_the_work_in_flight_and_still_stops_everything() -> None:
    application = Application()
    loop = asyncio.get_running_loop()
    async with running(application, serve=True):
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(FOR_EVER)
        finally:
            loop.call_soon(os.kill, os.getpid(), signal.SIGTERM)
            await asyncio.sleep(FOR_EVER)
    assert application.stage().events[4:] == ["-cache", "-cache", "-database", "-server"]
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_a_cancellation_that_is_not_the_signals_passes_through() -> None:
    application = Application()
    started = asyncio.Event()

    async def serve() -> None:
        async with running(application, serve=True):
            started.set()
            await asyncio.sleep(FOR_EVER)

    serving = asyncio.ensure_future(serve())
    await started.wait()
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    assert application.stage().events[-1] == "-server"


async def test_a_cancellation_beside_a_signal_passes_through() -> None:
    application = Application()

    async def serve() -> None:
        async with running(application, serve=True):
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(FOR_EVER)

    serving = asyncio.ensure_future(serve())
    while not serving.cancelling():
        await asyncio.sleep(0)
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    assert application.stage().events[-1] == "-server"


async def test_once_stopped_signals_are_not_ours_any_more() -> None:
    async with running(Application(), serve=True):
        pass
    loop = asyncio.get_running_loop()
    assert [loop.remove_signal_handler(number) for number in HANDLED] == [False, False]


async def test_a_cancelled_stop_that_fails_says_why() -> None:
    application = Application()
    application.stage().fails_to_close = {"database"}
    await start(application)
    stopper = asyncio.ensure_future(stop(application))
    await asyncio.sleep(0)
    stopper.cancel()
    with pytest.raises(ExceptionGroup):
        await stopper


@pytest.mark.skipif(sys.version_info < (3, 12), reason="there are no eager tasks")
async def test_with_eager_tasks_it_starts_fails_and_stops_as_otherwise() -> None:
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)  # type: ignore[attr-defined, unused-ignore]
    application = Application()
    for _ in range(2):
        application.stage().fails = {"server"}
        with pytest.raises(OSError, match="server failed"):
            await start(application)
        application.stage().fails = set()
        async with running(application):
            assert application.first.service().database is application.database.service()
        with pytest.raises(NotStartedError, match="not started"):
            application.first.service()

    async def open_at_once() -> AsyncIterator[int]:
        yield 1

    class Quick(Container):
        thing = PlainResource(open_at_once)

    quick = Quick()
    for _ in range(2):
        async with running(quick):
            assert quick.thing() == 1
        with pytest.raises(NotStartedError, match="not started"):
            quick.thing()


def test_a_new_event_loop_starts_afresh() -> None:
    application = Application()

    async def use() -> Thing:
        async with running(application):
            return application.database.service()

    async def forget_to_stop() -> None:
        await start(application)

    asyncio.run(forget_to_stop())
    assert {"-database", "-server"} <= set(application.stage().events)
    assert asyncio.run(use()) is not asyncio.run(use())
