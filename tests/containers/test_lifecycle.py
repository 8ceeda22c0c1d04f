"""Start, stop and rollback of whole containers, without a database."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import weakref
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from dependency_injector import providers

from containers.base import Container, mount
from containers.lifecycle import LifecycleSettings, running, start, stop
from containers.resource import PlainResource
from database.errors import NotStartedError

FOR_EVER = 3600.0
SOON = LifecycleSettings(start_timeout=0.2, stop_timeout=0.2)


class Thing:
    """What a resource gives."""

    def __init__(self, name: str) -> None:
        self.name = name


class Stage:
    """Says what each resource of a container shall do, and what it did."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.fails: set[str] = set()
        self.hangs: set[str] = set()
        self.fails_to_close: set[str] = set()
        self.hangs_closing: set[str] = set()


async def open_thing(stage: Stage, name: str, **_needs: object) -> AsyncIterator[Thing]:
    if name in stage.hangs:
        await asyncio.sleep(FOR_EVER)
    if name in stage.fails:
        raise OSError(f"{name} failed")
    stage.events.append(f"+{name}")
    try:
        yield Thing(name)
    finally:
        if name in stage.hangs_closing:
            await asyncio.sleep(FOR_EVER)
        stage.events.append(f"-{name}")
        if name in stage.fails_to_close:
            raise OSError(f"{name} would not close")


@dataclass
class Service:
    database: Thing


class Database(Container):
    stage = providers.Dependency(instance_of=Stage)
    server = PlainResource(open_thing, stage=stage, name="server")
    service = PlainResource(open_thing, stage=stage, name="database", server=server)


class Feature(Container):
    stage = providers.Dependency(instance_of=Stage)
    database = providers.Dependency(instance_of=Thing)
    service = providers.Factory(Service, database=database)
    kept = providers.Singleton(Service, database=database)
    cache = PlainResource(open_thing, stage=stage, name="cache", service=service)


class Application(Container):
    lifecycle = providers.Singleton(LifecycleSettings)
    stage = providers.Singleton(Stage)
    database = mount(Database, stage=stage)
    first = mount(Feature, stage=stage, database=database.service)
    second = mount(Feature, stage=stage, database=database.service)


async def test_it_starts_in_order_resolves_plainly_and_stops_in_reverse() -> None:
    async with running(Application()) as application:
        assert application.first.service().database is application.database.service()
        assert application.second.service().database is application.database.service()
        events = application.stage().events
        assert events == ["+server", "+database", "+cache", "+cache"]
    assert events[4:] == ["-cache", "-cache", "-database", "-server"]


async def test_before_and_after_it_raises() -> None:
    application = Application()
    with pytest.raises(NotStartedError, match="not started"):
        application.first.service()
    async with running(application):
        pass
    with pytest.raises(NotStartedError, match="not started"):
        application.first.service()


async def test_start_and_stop_are_idempotent_and_safe_before_start() -> None:
    application = Application()
    await stop(application)
    await start(application)
    await start(application)
    await stop(application)
    await stop(application)
    assert application.stage().events.count("+database") == 1
    assert application.stage().events.count("-database") == 1


async def test_a_second_start_has_fresh_values_and_nothing_holds_the_old() -> None:
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


async def test_a_failed_start_is_rolled_back_and_raises_the_first_error() -> None:
    application = Application()
    application.stage().fails = {"cache"}
    with pytest.raises(OSError, match="cache failed"):
        await start(application)
    assert application.stage().events == ["+server", "+database", "-database", "-server"]


async def test_errors_of_the_rollback_are_notes_on_the_first() -> None:
    application = Application()
    application.stage().fails = {"cache"}
    application.stage().fails_to_close = {"database"}
    with pytest.raises(OSError, match="cache failed") as caught:
        await start(application)
    assert "database would not close" in caught.value.__notes__[0]
    assert application.stage().events[-1] == "-server"


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


async def test_a_stop_that_hangs_is_bounded() -> None:
    application = Application()
    application.stage().hangs_closing = {"database"}
    application.lifecycle.override(SOON)
    await start(application)
    with pytest.raises(ExceptionGroup) as caught:
        await stop(application)
    assert "database.service did not stop within 0.2 s" in str(caught.value.exceptions[0])
    assert application.stage().events[-1] == "-server"


async def test_of_many_starters_one_is_cancelled_and_the_others_start() -> None:
    application = Application()
    starters = [asyncio.ensure_future(start(application)) for _ in range(5)]
    await asyncio.sleep(0)
    starters[0].cancel()
    results = await asyncio.gather(*starters, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert results[1:] == [None] * 4
    assert application.stage().events.count("+database") == 1
    await stop(application)


async def test_a_cancelled_start_leaves_nothing_and_says_so() -> None:
    application = Application()
    application.stage().hangs = {"cache"}
    starter = asyncio.ensure_future(start(application))
    await asyncio.sleep(0.05)
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
    await asyncio.sleep(0.05)
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


async def test_one_feature_stops_and_its_siblings_keep_the_database() -> None:
    async with running(Application()) as application:
        await stop(application.first)
        assert application.stage().events[-1] == "-cache"
        assert application.second.service().database.name == "database"
        await start(application.first)
        assert application.stage().events[-1] == "+cache"
        assert application.stage().events.count("+database") == 1


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


async def test_two_applications_do_not_see_each_other() -> None:
    async with running(Application()) as one, running(Application()) as other:
        assert one.database.service() is not other.database.service()


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
