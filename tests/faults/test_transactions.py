"""What the server keeps of a transaction that ends badly: nothing, and no session stays open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from prisma import Prisma
from prisma.errors import DataError, TransactionExpiredError
from prisma.models import User
from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import WaitQueueTimeoutError

from database import DatabaseService, DatabaseSettings
from prismongo.engine import drive
from prismongo.errors import ConnectionError
from prismongo.schema import Datamodel
from prismongo.stores.mongo import MongoStore
from prismongo.stores.mongo import transactions as transactions_of_the_store
from prismongo.url import url_database
from tests.client.connections import has_none_busy
from tests.clock import Clock
from tests.commands import Sent
from tests.proxy import Proxy
from tests.records import user
from tests.waiting import until

APP = "transactions-that-fail"
SLOW = {"$where": "sleep(120000) || true"}
"""A filter over which the server thinks for longer than any test takes."""

PATIENCE = 45.0
"""Seconds: far more than anything takes, less than the server thinks, or keeps a transaction."""

Opened = Callable[[str], int]


@pytest.fixture
async def database(mongo_url: str) -> AsyncIterator[DatabaseService]:
    async with DatabaseService(DatabaseSettings(url=mongo_url, app_name=APP)) as service:
        await service.user.create(user("ada"))
        yield service


async def none_open(transactions: Opened) -> None:
    """Returns once the server has no transaction of ours open, long before it would time out."""
    async with asyncio.timeout(PATIENCE):
        while transactions(APP):
            await asyncio.sleep(0.02)


async def test_one_is_open_meanwhile(database: DatabaseService, transactions: Opened) -> None:
    async with database.tx() as tx:
        await tx.user.create(user("grace"))
        assert transactions(APP) == 1
    assert transactions(APP) == 0


@pytest.mark.parametrize("by", ["tx", "transaction"])
async def test_a_cancelled_task_rolls_back_on_the_server(
    database: DatabaseService, transactions: Opened, by: str
) -> None:
    written = asyncio.Event()

    async def work(tx: DatabaseService) -> None:
        await tx.user.create(user("grace"))
        written.set()
        await asyncio.Event().wait()

    async def in_context() -> None:
        async with database.tx() as tx:
            await work(tx)

    task = asyncio.ensure_future(in_context() if by == "tx" else database.transaction(work))
    await written.wait()
    assert transactions(APP) == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert transactions(APP) == 0
    assert await database.user.count() == 1


async def test_cancelled_in_the_middle_of_an_operation(
    database: DatabaseService, transactions: Opened
) -> None:
    async def work() -> None:
        async with database.tx(timeout=timedelta(seconds=60)) as tx:
            await tx.user.create(user("grace"))
            await tx.find_raw(User, SLOW)

    task = asyncio.ensure_future(work())
    async with asyncio.timeout(PATIENCE):
        while not transactions(APP):
            await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await none_open(transactions)
    assert await database.user.count() == 1


async def test_expired_while_nobody_uses_it(
    database: DatabaseService, transactions: Opened, clock: Clock
) -> None:
    manager = database.tx(timeout=timedelta(seconds=60))
    tx = await manager.start()
    await tx.user.create(user("grace"))
    assert transactions(APP) == 1
    clock.advance(60)
    await none_open(transactions)  # without anything more from us
    with pytest.raises(TransactionExpiredError, match="expired transaction") as caught:
        await tx.user.create(user("eve"))
    assert getattr(caught.value, "code", None) == "P2028"
    with pytest.raises(TransactionExpiredError):
        await manager.commit()
    assert await database.user.count() == 1


async def test_expired_in_the_middle_of_an_operation(
    database: DatabaseService, transactions: Opened
) -> None:
    limit = timedelta(milliseconds=300)
    with pytest.raises(TransactionExpiredError, match="expired transaction"):  # noqa: PT012
        async with asyncio.timeout(PATIENCE), database.tx(timeout=limit) as tx:
            await tx.user.create(user("grace"))
            await tx.find_raw(User, SLOW)
    await none_open(transactions)
    assert await database.user.count() == 1


async def test_expired_in_the_middle_of_an_operation_it_is_not_begun_again(
    database: DatabaseService,
) -> None:
    tries = 0

    async def work(tx: DatabaseService) -> None:
        nonlocal tries
        tries += 1
        await tx.find_raw(User, SLOW)

    with pytest.raises(TransactionExpiredError):
        async with asyncio.timeout(PATIENCE):
            await database.transaction(work, timeout=timedelta(milliseconds=300))
    assert tries == 1


async def test_a_commit_that_is_cancelled_while_it_waits_for_an_operation(
    database: DatabaseService, transactions: Opened
) -> None:
    manager = database.tx(timeout=timedelta(seconds=60))
    tx = await manager.start()
    await tx.user.create(user("grace"))
    brief = {"$where": "sleep(300) || true"}
    slow = asyncio.ensure_future(tx.find_raw(User, brief))
    await asyncio.sleep(0)  # it has the transaction now
    commit = asyncio.ensure_future(manager.commit())
    await asyncio.sleep(0)  # and the commit waits for it
    commit.cancel()
    with pytest.raises(asyncio.CancelledError):
        await commit
    await slow
    await none_open(transactions)
    assert await database.user.count() == 1


async def test_disconnecting_leaves_none_open(
    database: DatabaseService, transactions: Opened
) -> None:
    for _ in range(3):
        tx = await database.tx().start()
        await tx.user.find_many()
    assert transactions(APP) == 3
    await database.disconnect()
    assert transactions(APP) == 0


# --- what is asked of the server ---


@pytest.fixture
def client_for(mongo_url: str, sent: Sent) -> Callable[[str], Prisma]:
    """Gives clients whose URL has more options, and whose commands are seen."""

    def client(options: str) -> Prisma:
        def make_client(*pool: Any) -> AsyncMongoClient[dict[str, Any]]:
            return AsyncMongoClient(mongo_url + options, event_listeners=[*pool, sent])

        def make_store(datamodel: Datamodel, _: object) -> MongoStore:
            return MongoStore(datamodel, make_client, url_database(mongo_url))

        client = Prisma(use_dotenv=False)
        client._make_store = make_store
        return client

    return client


@pytest.mark.parametrize("options", ["", "&w=1&readConcernLevel=local"], ids=["", "weaker"])
async def test_concerns_are_majority_whatever_the_url_says(
    client_for: Callable[[str], Prisma], sent: Sent, options: str
) -> None:
    async with client_for(options) as client, client.tx() as tx:
        await tx.user.create(user("grace"))
        await tx.user.find_many()
    first, second, commit = (command for command in sent.commands if "txnNumber" in command)
    assert first["startTransaction"] is True
    assert first["readConcern"]["level"] == "majority"
    assert "writeConcern" not in first
    assert "readConcern" not in second
    assert commit["commitTransaction"] == 1
    assert commit["writeConcern"] == {"w": "majority"}


OPTIONS = (
    *("readPreference=primaryPreferred", "readPreference=secondaryPreferred"),
    *("readPreference=nearest&maxStalenessSeconds=120",),
    *("readPreference=nearest&readPreferenceTags=dc:ny&readPreferenceTags=",),
    *("readConcernLevel=available", "readConcernLevel=linearizable", "readConcernLevel=snapshot"),
    *("w=0", "w=1", "w=majority&wtimeoutMS=1", "journal=false", "fsync=true"),
    *("timeoutMS=60000", "socketTimeoutMS=60000", "connectTimeoutMS=60000"),
    *("retryWrites=false", "retryReads=false", "maxAdaptiveRetries=0", "maxIdleTimeMS=1"),
    *("maxPoolSize=1", "compressors=zlib", "directConnection=true", "connect=false"),
    *("tz_aware=false", "uuidRepresentation=standard", "datetime_conversion=DATETIME_MS"),
)
"""Whatever an option of a URL may change in what a client sends: one a group, at its extreme."""


@pytest.mark.parametrize("options", OPTIONS)
async def test_no_option_of_the_url_breaks_a_transaction(
    client_for: Callable[[str], Prisma], sent: Sent, options: str
) -> None:
    async with client_for(f"&{options}") as client:
        await _write_nested(client)
        await _read_in_a_transaction(client)
    commands = [command for command in sent.commands if "txnNumber" in command]
    assert len(commands) > 10
    read_from = [command.get("$readPreference", {"mode": "primary"}) for command in commands]
    assert read_from == [{"mode": "primary"}] * len(commands)
    concerns = [command["readConcern"] for command in commands if "readConcern" in command]
    assert {concern["level"] for concern in concerns} == {"majority"}
    written = [command for command in commands if "writeConcern" in command]
    assert {next(iter(command)) for command in written} <= {"commitTransaction"}
    assert all(command["writeConcern"] == {"w": "majority"} for command in written)


async def test_the_settings_read_preference_breaks_none(mongo_url: str) -> None:
    settings = DatabaseSettings(url=mongo_url, read_preference="secondaryPreferred")
    async with DatabaseService(settings) as service:
        await _write_nested(service)
        await _read_in_a_transaction(service)
        async with service.tx() as tx:
            assert len(await tx.find_raw(User, {})) == len(await tx.aggregate_raw(User, [])) == 2
            assert len((await tx.run_command_raw({"find": "User"}))["cursor"]["firstBatch"]) == 2
        found = await service.transaction(lambda tx: tx.user.find_many(order={"username": "asc"}))
    assert [each.username for each in found] == ["ada", "grace"]


async def _write_nested(client: Prisma) -> None:
    """Nested writes, which read what they change."""
    ada: Any = user("ada")
    made = await client.community.create(
        {"name": "c", "owner": {"create": ada}, "channels": {"create": [{"name": "one"}]}},
        include={"channels": True},
    )
    (channel,) = made.channels or []
    update: Any = {"update": {"where": {"id": channel.id}, "data": {"name": "two"}}}
    await client.community.update({"channels": update}, where={"id": made.id})
    assert await client.channel.count(where={"name": "two"}) == 1
    await client.community.delete(where={"id": made.id})  # and its channels with it
    assert await client.channel.count() == 0


async def _read_in_a_transaction(client: Any) -> None:
    async with client.tx() as tx:
        await tx.user.create(user("grace"))
        assert await tx.user.count() == 2
        assert await tx.user.update_many({"bio": "x"}, where={}) == 2
        assert len(await tx.user.find_many()) == 2
        assert len(await tx.user.find_many(include={"messages": True})) == 2


async def test_tasks_in_one_transaction_send_one_command_at_a_time(
    client_for: Callable[[str], Prisma], sent: Sent
) -> None:
    async with client_for("") as client, client.tx() as tx:
        await asyncio.gather(*(tx.user.create(user(str(number))) for number in range(20)))
        await asyncio.gather(*(tx.user.count() for _ in range(20)))
    assert sum("txnNumber" in command for command in sent.commands) == 41
    assert sent.at_once == 1


# --- the timeout of a view, while no packet comes through ---


@pytest.mark.parametrize("ends_by", ["commit", "rollback"])
async def test_a_views_timeout_bounds_the_end(
    behind: DatabaseService, proxy: Proxy, ends_by: str
) -> None:
    """And the driver has no connection and no session left of it."""
    await behind.user.create(user("ada"))
    kind = ConnectionError if ends_by == "commit" else ZeroDivisionError
    with pytest.raises(kind) as caught:  # noqa: PT012
        async with asyncio.timeout(PATIENCE), behind.with_options(timeout=0.5).atomic(timeout=600):
            await behind.user.create(user("grace"))
            proxy.freeze()
            if ends_by == "rollback":
                raise ZeroDivisionError
    if ends_by == "commit":
        assert "the commit took longer than its timeout of 0.5 s" in str(caught.value)
    proxy.thaw()
    sessions: Any = behind._mongo_engine._sessions
    await until(lambda: not sessions._aborting)
    assert not sessions._open
    assert (await behind.user.count()) in ({1, 2} if ends_by == "commit" else {1})
    await until(lambda: has_none_busy(behind))


async def test_a_views_timeout_does_not_wait_for_the_rollback_of_its_operation(
    behind: DatabaseService, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions_of_the_store, "ABORT_TIMEOUT", 600)
    proxy.freeze()
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(ConnectionError, match=r"timeout of 0\.5 s, that of with_options"):
            await behind.with_options(timeout=0.5).user.create(
                {**user("ada"), "messages": {"create": [{"content": "x"}]}}
            )
    proxy.thaw()
    await behind.disconnect()  # it waits for the rollback
    assert not drive._ABORTING


# --- a commit that is cancelled before it is sent ---


@pytest.mark.parametrize("by", ["an operation", "tx", "atomic"])
async def test_a_commit_that_is_never_sent_locks_nothing(
    database: DatabaseService,
    transactions: Opened,
    monkeypatch: pytest.MonkeyPatch,
    by: str,
) -> None:
    """The server would hold the transaction open for a minute, as long as nobody aborts it."""
    committing = asyncio.Event()
    finish = AsyncClientSession._finish_transaction_with_retry

    async def hang(session: AsyncClientSession, command: str) -> Any:
        if command == "commitTransaction":
            committing.set()
            await asyncio.sleep(600)  # waits for a connection
        return await finish(session, command)

    monkeypatch.setattr(AsyncClientSession, "_finish_transaction_with_retry", hang)
    grace: Any = {**user("grace"), "messages": {"create": [{"content": "x"}]}}

    async def work() -> None:
        match by:
            case "an operation":
                await database.user.create(grace)
            case "tx":
                async with database.tx(timeout=timedelta(seconds=600)) as tx:
                    await tx.user.create(grace)
            case _:
                async with database.atomic(timeout=600):
                    await database.user.create(grace)

    task = asyncio.ensure_future(work())
    await committing.wait()
    assert transactions(APP) == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await none_open(transactions)
    assert await database.user.count() == 1


async def test_a_commit_for_which_there_was_no_connection_locks_nothing(
    database: DatabaseService, transactions: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish = AsyncClientSession._finish_transaction_with_retry

    async def fail(session: AsyncClientSession, command: str) -> Any:
        if command == "commitTransaction":
            raise WaitQueueTimeoutError("Timed out")
        return await finish(session, command)

    monkeypatch.setattr(AsyncClientSession, "_finish_transaction_with_retry", fail)
    with pytest.raises(DataError) as caught:
        await database.user.create({**user("grace"), "messages": {"create": [{"content": "x"}]}})
    assert caught.value.code == "P2024"
    await none_open(transactions)
