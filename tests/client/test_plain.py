"""The generated client alone, with a MongoEngine behind it: upstream's text above our engine."""

from __future__ import annotations

import asyncio
import gc
import weakref
from datetime import timedelta
from typing import Any, cast

import pytest
from prisma import Prisma, _registry
from prisma.engine.errors import AlreadyConnectedError
from prisma.enums import InstanceRole
from prisma.errors import (
    ClientNotConnectedError,
    RecordNotFoundError,
    TransactionExpiredError,
    UniqueViolationError,
)
from prisma.models import User

from tests.client.connections import Driver, connections, until_gone
from tests.records import NOBODY, user

PYMONGO_LEAVES_A_SOCKET = pytest.mark.filterwarnings(
    "ignore::ResourceWarning"  # where its monitors' event loop was closed before them
)


# --- life ---


async def test_a_second_connect_is_an_error_and_harms_nothing(plain: Prisma) -> None:
    for _ in range(2):
        with pytest.raises(AlreadyConnectedError):
            await plain.connect()
    assert plain.is_connected()
    assert await plain.user.count() == 0


@pytest.mark.usefixtures("engine_behind")
async def test_of_two_connects_at_once_one_wins() -> None:
    client = Prisma(use_dotenv=False)
    answers = await asyncio.gather(client.connect(), client.connect(), return_exceptions=True)
    assert [type(answer) for answer in answers] == [type(None), AlreadyConnectedError]
    assert await client.user.count() == 0
    await client.disconnect()


@PYMONGO_LEAVES_A_SOCKET
@pytest.mark.usefixtures("engine_behind")
async def test_disconnect_while_connecting_leaves_nothing_connected(
    mongo_url: str, mongo_client: Driver
) -> None:
    client = Prisma(use_dotenv=False, datasource={"url": f"{mongo_url}&appName=hasty"})
    connecting = asyncio.ensure_future(client.connect())
    await asyncio.sleep(0)
    await client.disconnect()
    with pytest.raises(ClientNotConnectedError):
        await connecting
    assert not client.is_connected()
    await until_gone(mongo_client, "hasty")
    gc.collect()


@pytest.mark.usefixtures("engine_behind")
async def test_it_may_be_connected_again_and_again() -> None:
    client = Prisma(use_dotenv=False, connect_timeout=timedelta(seconds=7))
    for _ in range(2):
        async with client:
            assert await client.user.count() == 0
        assert not client.is_connected()


async def test_a_datasource_leads_to_another_database(
    plain: Prisma, mongo_url: str, mongo_client: Driver
) -> None:
    name = mongo_url.rpartition("/")[2].partition("?")[0]
    other_url = mongo_url.replace(name, f"{name}_other")
    try:
        async with Prisma(use_dotenv=False, datasource={"url": other_url}) as other:
            await other.user.create(user("ada"))
            assert await other.user.count() == 1
            assert await plain.user.count() == 0
    finally:
        mongo_client.drop_database(f"{name}_other")


async def test_a_copy_shares_the_connection_and_does_not_end_it(plain: Prisma) -> None:
    copy = plain._copy()
    assert await copy.user.count() == 0
    del copy
    gc.collect()
    assert await plain.user.count() == 0


@pytest.mark.usefixtures("engine_behind")
async def test_dropped_it_disconnects_without_a_warning(
    mongo_url: str, mongo_client: Driver
) -> None:
    client = Prisma(use_dotenv=False, datasource={"url": f"{mongo_url}&appName=dropped_plain"})
    await client.connect()
    assert await client.user.count() == 0
    assert connections(mongo_client, "dropped_plain") > 0
    del client
    gc.collect()
    await until_gone(mongo_client, "dropped_plain")


@PYMONGO_LEAVES_A_SOCKET
@pytest.mark.usefixtures("engine_behind")
def test_it_may_outlive_its_event_loop() -> None:
    async def use() -> Prisma:
        client = Prisma(use_dotenv=False)
        await client.connect()
        return client

    client = weakref.ref(asyncio.run(use()))
    gc.collect()
    assert client() is None


async def test_metrics_carry_the_labels_asked_for(plain: Prisma) -> None:
    await plain.user.create(user("ada"))
    metrics = await plain.get_metrics(global_labels={"app": "kraken"})
    assert {counter.labels["app"] for counter in metrics.counters} == {"kraken"}
    text = await plain.get_metrics(format="prometheus", global_labels={"app": "kraken"})
    assert 'prisma_client_queries_total{app="kraken"}' in text


# --- writes ---


async def test_a_record_by_model(plain: Prisma, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_registry, "_registered_client", plain)
    made = await User.prisma().create({**user("Zoë ❤"), "role": InstanceRole.ADMIN})
    assert await User.prisma().find_unique({"id": made.id}) == made
    changed = await User.prisma().update(where={"id": made.id}, data={"bio": 'a "b" \\ c\n'})
    assert changed is not None
    assert changed.bio == 'a "b" \\ c\n'
    assert await User.prisma().update(where={"id": NOBODY}, data={"bio": "x"}) is None
    assert await User.prisma().delete(where={"id": made.id}) == changed
    assert await User.prisma().delete(where={"id": made.id}) is None
    with pytest.raises(RecordNotFoundError):
        await User.prisma().find_unique_or_raise({"id": made.id})


async def test_a_batch_is_kept_together_or_not_at_all(plain: Prisma) -> None:
    async with plain.batch_() as batch:
        batch.user.create(user("ada"))
        batch.user.create_many(cast(Any, [user("alan"), user("grace")]))
        batch.user.update_many(where={"username": "ada"}, data={"bio": "x"})
    assert await plain.user.count(where={"bio": "x"}) == 1
    ada = await plain.user.find_first_or_raise(where={"username": "ada"})
    batch = plain.batch_()
    batch.user.delete_many()
    batch.user.create({**user("a"), "id": ada.id})
    batch.user.create({**user("b"), "id": ada.id})
    with pytest.raises(UniqueViolationError, match="Unique constraint failed"):
        await batch.commit()
    assert await plain.user.count() == 3


async def test_transactions_commit_and_roll_back(plain: Prisma) -> None:
    async with plain.tx() as tx:
        await tx.user.create(user("ada"))
        async with tx.batch_() as batch:
            batch.user.create(user("alan"))
        assert (await plain.user.count(), await tx.user.count()) == (0, 2)
    assert await plain.user.count() == 2
    with pytest.raises(TransactionExpiredError, match="Transaction already closed"):
        await tx.user.count()
    started = plain.tx()
    tx = await started.start()
    await tx.user.delete_many()
    await started.rollback()
    assert await plain.user.count() == 2
