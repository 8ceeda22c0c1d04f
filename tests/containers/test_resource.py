"""A resource that resolves plainly, alone and through bare dependency-injector containers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from dependency_injector import containers, providers

from prismongo.containers.resource import Phase, PlainResource
from prismongo.errors import NotStartedError


class Pool:
    """Something that has to be opened and closed; counts."""

    def __init__(self) -> None:
        self.is_open = False


@dataclass
class Journal:
    """What happened, in order, and how opening and closing shall go."""

    events: list[str] = field(default_factory=list)
    opened: list[Pool] = field(default_factory=list)
    gate: asyncio.Event | None = None
    closing_gate: asyncio.Event | None = None


async def open_pool(journal: Journal) -> AsyncIterator[Pool]:
    journal.events.append("opening")
    if journal.gate:
        await journal.gate.wait()
    pool = Pool()
    pool.is_open = True
    journal.opened.append(pool)
    try:
        yield pool
    finally:
        if journal.closing_gate:
            await journal.closing_gate.wait()
        pool.is_open = False
        journal.events.append("closed")


@dataclass
class Service:
    pool: Pool


class Feature(containers.DeclarativeContainer):
    pool = providers.Dependency(instance_of=Pool)
    service = providers.Factory(Service, pool=pool)


class Root(containers.DeclarativeContainer):
    journal = providers.Singleton(Journal)
    pool = PlainResource(open_pool, journal=journal)
    feature = providers.Container(Feature, pool=pool)


async def test_it_resolves_to_the_value_itself_once_started() -> None:
    root = Root()
    await root.init_resources()  # type: ignore[misc]
    service = root.feature.service()
    assert isinstance(service, Service)
    assert service.pool is root.journal().opened[0]
    assert service.pool.is_open
    await root.shutdown_resources()  # type: ignore[misc]
    assert not service.pool.is_open


async def test_before_start_it_says_how_to_start() -> None:
    with pytest.raises(
        NotStartedError, match=r"not started: use `async with running\(container\)`"
    ):
        Root().feature.service()


async def test_while_it_starts_it_raises_and_can_be_awaited() -> None:
    root = Root()
    root.journal().gate = gate = asyncio.Event()
    starting = asyncio.ensure_future(root.pool.init())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    with pytest.raises(NotStartedError, match="still starting"):
        root.pool()
    awaited = asyncio.ensure_future(root.pool.async_())
    gate.set()
    assert await awaited is await starting is root.pool()
    await root.pool.shutdown()


async def test_while_it_stops_it_raises_and_opens_nothing() -> None:
    root = Root()
    await root.pool.init()
    root.journal().closing_gate = gate = asyncio.Event()
    stopping = asyncio.ensure_future(root.pool.shutdown())
    await asyncio.sleep(0)
    with pytest.raises(NotStartedError, match="stopping"):
        root.feature.service()
    with pytest.raises(NotStartedError, match="stopping"):
        await root.pool.init()
    gate.set()
    await stopping
    assert len(root.journal().opened) == 1
    assert root.pool.phase is Phase.IDLE


@pytest.mark.usefixtures("idle_clock")
async def test_one_of_many_waiters_is_cancelled_and_the_others_get_it() -> None:
    root = Root()
    root.journal().gate = gate = asyncio.Event()
    waiters = [asyncio.ensure_future(root.pool.init()) for _ in range(5)]
    await asyncio.sleep(0.01)
    waiters[0].cancel()
    await asyncio.sleep(0.01)
    gate.set()
    pools = await asyncio.gather(*waiters[1:])
    assert pools == root.journal().opened * 4
    await root.pool.shutdown()


@pytest.mark.usefixtures("idle_clock")
async def test_the_last_waiter_is_cancelled_and_nothing_stays() -> None:
    root = Root()
    root.journal().gate = asyncio.Event()
    waiter = asyncio.ensure_future(root.pool.init())
    await asyncio.sleep(0.01)
    waiter.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiter
    assert root.pool.phase is Phase.IDLE
    with pytest.raises(NotStartedError, match="not started"):
        root.pool()


@pytest.mark.usefixtures("idle_clock")
async def test_a_start_ended_by_shutdown_tells_its_waiters() -> None:
    root = Root()
    root.journal().gate = asyncio.Event()
    waiter = asyncio.ensure_future(root.pool.init())
    await asyncio.sleep(0.01)
    await root.pool.shutdown()
    with pytest.raises(NotStartedError, match="ended before it was done"):
        await waiter


async def test_a_failed_start_raises_and_can_be_tried_again() -> None:
    attempts = 0

    async def open_second_time() -> AsyncIterator[int]:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            raise OSError("no")
        yield attempts

    resource = PlainResource(open_second_time)
    with pytest.raises(OSError, match="no"):
        await resource.init()
    assert not resource.initialized
    assert await resource.init() == 2
    await resource.shutdown()


async def test_init_and_shutdown_are_idempotent_and_safe_in_any_order() -> None:
    root = Root()
    await root.pool.shutdown()
    first = await root.pool.init()
    assert await root.pool.init() is first
    await root.pool.shutdown()
    await root.pool.shutdown()
    second = await root.pool.init()
    assert second is not first
    await asyncio.gather(root.pool.shutdown(), root.pool.shutdown())
    assert root.journal().events == ["opening", "closed", "opening", "closed"]


async def test_an_error_of_closing_is_raised_and_it_is_idle() -> None:
    async def close_badly() -> AsyncIterator[int]:
        yield 1
        raise OSError("stuck")

    resource = PlainResource(close_badly)
    await resource.init()
    with pytest.raises(OSError, match="stuck"):
        await resource.shutdown()
    assert not resource.initialized


async def test_it_starts_what_it_needs_first() -> None:
    journal: list[str] = []

    async def server() -> AsyncIterator[str]:
        journal.append("server")
        yield "url"

    async def client(url: str) -> AsyncIterator[str]:
        journal.append(f"client of {url}")
        yield "client"

    class Chain(containers.DeclarativeContainer):
        server_ = PlainResource(server)
        address = providers.Callable(str.upper, server_)
        client_ = PlainResource(client, url=address)

    chain = Chain()
    await chain.client_.init()
    assert journal == ["server", "client of URL"]
    await chain.shutdown_resources()  # type: ignore[misc]
    assert not chain.server_.initialized


async def test_a_plain_override_comes_and_goes() -> None:
    root = Root()
    fake = Pool()
    with root.pool.override(fake):
        assert root.feature.service().pool is fake
        await root.init_resources()  # type: ignore[misc]
    assert root.journal().opened == []
    await root.init_resources()  # type: ignore[misc]
    assert root.feature.service().pool is root.journal().opened[0]
    await root.shutdown_resources()  # type: ignore[misc]
    assert not root.journal().opened[0].is_open


async def test_enter_and_leave_happen_in_one_task() -> None:
    async def bounded() -> AsyncIterator[int]:
        async with asyncio.timeout(60), asyncio.TaskGroup():
            yield 1

    resource = PlainResource(bounded)
    await resource.init()
    await resource.shutdown()


def test_a_second_event_loop_gets_a_fresh_one() -> None:
    root = Root()

    async def use() -> Pool:
        return await root.pool.init()

    first = asyncio.run(use())
    assert not first.is_open, "a loop that ends leaves the resource"
    second = asyncio.run(use())
    assert second is not first


async def test_another_loop_at_the_same_time_is_told() -> None:
    root = Root()
    await root.pool.init()

    async def use() -> None:
        root.pool()

    with pytest.raises(NotStartedError, match="another event loop"):
        await asyncio.to_thread(asyncio.run, use())
    await root.pool.shutdown()


@pytest.mark.usefixtures("idle_clock")
async def test_whoever_gives_up_on_stopping_leaves_it_free_to_start() -> None:
    root = Root()
    await root.pool.init()
    root.journal().closing_gate = asyncio.Event()
    stopping = asyncio.ensure_future(root.pool.shutdown())
    await asyncio.sleep(0.01)
    stopping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopping
    root.journal().closing_gate = None
    assert (await root.pool.init()).is_open
    await root.pool.shutdown()


def test_a_loop_that_was_closed_over_it_does_not_keep_it() -> None:
    root = Root()

    async def use() -> Pool:
        return await root.pool.init()

    loop = asyncio.new_event_loop()
    first = loop.run_until_complete(use())
    forgotten = asyncio.all_tasks(loop)
    loop.close()
    assert asyncio.run(use()) is not first
    assert len(forgotten) == 1, "its stay"
