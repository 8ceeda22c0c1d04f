"""One span for a transaction, with its attempts; operations below it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from opentelemetry.trace import SpanKind, StatusCode, get_current_span
from prisma.errors import DataError, TransactionError
from prisma.models import User

from database import DatabaseService
from prismongo import atomic
from prismongo.errors import data_error
from tests.client.working_together import Communities, Users, increment_elsewhere
from tests.records import user
from tests.telemetry.exporting import Exported

ATTEMPTS = "prismongo.transaction.attempts"


async def test_a_block_is_a_span_and_a_nested_one_joins_it(
    database: DatabaseService, exported: Exported
) -> None:
    users, communities = Users(database), Communities(database)
    async with database.atomic():
        ada = await users.create("ada")
        async with database.atomic():
            await users.create("alan")
        await communities.found("engines", ada)
        with exported.tracer.start_as_current_span("of the application"):
            await asyncio.gather(users.create("grace"), database.user.count())
    await database.user.count()
    assert exported.tree[:6] == [
        "transaction",
        ".create User",
        ".create User",
        ".create Community",
        ".update User",
        ".of the application",
    ]
    assert sorted(exported.tree[6:]) == ["..count User", "..create User", "count User"]
    span = exported.one("transaction")
    assert span.kind is SpanKind.INTERNAL
    assert span.status.status_code is StatusCode.UNSET
    assert exported.attributes("transaction")["db.operation.name"] == "transaction"
    assert exported.attributes("transaction")[ATTEMPTS] == 1


async def test_a_transaction_of_its_own_client(
    database: DatabaseService, exported: Exported
) -> None:
    async with database.tx() as tx:
        await tx.user.create(user("ada"))
    manager = database.tx()
    client = await manager.start()
    await client.user.count()
    await manager.rollback()
    assert exported.tree == ["transaction", ".create User", "transaction", ".count User"]
    assert not get_current_span().get_span_context().is_valid


async def test_attempts_are_one_span(
    database: DatabaseService, ada: User, exported: Exported
) -> None:
    calls = 0

    class Orders:
        def __init__(self) -> None:
            self.database = database

        @atomic(timeout=60)
        async def place(self) -> None:
            nonlocal calls
            calls += 1
            await database.user.find_unique(where={"id": ada.id})
            if calls == 1:
                await increment_elsewhere(database, ada)
            await database.user.update(where={"id": ada.id}, data={"storageUsed": {"increment": 1}})

    exported.clear()
    await Orders().place()
    assert exported.tree == [
        "transaction",
        ".find_unique User",
        ".update User",  # elsewhere
        ".update User",
        ".find_unique User",
        ".update User",
    ]
    span = exported.one("transaction")
    assert exported.attributes("transaction")[ATTEMPTS] == calls == 2
    assert span.status.status_code is StatusCode.UNSET
    (event,) = span.events
    said = dict(event.attributes or {})
    assert (event.name, said[ATTEMPTS], said["error.type"]) == ("attempt lost", 1, "P2034")


async def test_attempts_of_a_callback_are_counted(
    database: DatabaseService, ada: User, exported: Exported
) -> None:
    exported.clear()

    async def work(tx: DatabaseService) -> None:
        await tx.user.find_unique(where={"id": ada.id})
        await increment_elsewhere(database, ada)
        await tx.user.update(where={"id": ada.id}, data={"storageUsed": {"increment": 1}})

    with pytest.raises(DataError):
        await database.transaction(work, retries=2)
    said = exported.attributes("transaction")
    assert (said[ATTEMPTS], said["error.type"]) == (3, "P2034")
    assert exported.one("transaction").status.status_code is StatusCode.ERROR
    assert len(exported.one("transaction").events) == 2
    assert exported.tree.count("transaction") == 1


async def failing(database: DatabaseService, error: Exception) -> None:
    """A block that writes and fails."""
    async with database.atomic():
        await database.user.create(user("alan"))
        raise error


async def catching(database: DatabaseService) -> None:
    """A block that catches what was raised through one inside of it."""
    async with database.atomic():
        with pytest.raises(KeyError):
            await failing(database, KeyError())


async def test_what_is_raised_through_a_block_is_its_error(
    database: DatabaseService, exported: Exported
) -> None:
    with pytest.raises(ValueError, match="wrong"):
        async with database.atomic():
            await Communities(database).found("wrong", await database.user.create(user("ada")))
    assert exported.attributes("transaction")["error.type"] == "ValueError"
    with pytest.raises(TransactionError):
        await catching(database)
    _, last = (span for span in exported.spans if span.name == "transaction")
    assert (last.attributes or {})["error.type"] == "P2028"
    assert not get_current_span().get_span_context().is_valid


async def test_a_transaction_that_does_not_begin(
    database: DatabaseService, exported: Exported, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.atomic():
        with pytest.raises(TransactionError):
            await database.tx().start()
    assert exported.tree == ["transaction"]

    async def refuse(**options: Any) -> None:
        raise data_error("P2031", "It has no transactions.")

    monkeypatch.setattr(database._mongo_engine.store, "begin", refuse)
    exported.clear()
    with pytest.raises(DataError):
        await database.tx().start()
    assert exported.attributes("transaction")["error.type"] == "P2031"
    assert not get_current_span().get_span_context().is_valid


async def test_a_cancelled_block(database: DatabaseService, exported: Exported) -> None:
    inside = asyncio.Event()

    async def work() -> None:
        async with database.atomic():
            await database.user.create(user("ada"))
            inside.set()
            await asyncio.Event().wait()

    working = asyncio.create_task(work())
    await inside.wait()
    working.cancel()
    await asyncio.wait([working])
    assert working.cancelled()
    assert exported.tree == ["transaction", ".create User"]
    assert exported.attributes("transaction")["error.type"] == "CancelledError"


async def test_a_block_in_a_generator_that_is_closed_elsewhere(
    database: DatabaseService, exported: Exported, caplog: pytest.LogCaptureFixture
) -> None:
    """As fixtures and dependencies are: begun in one task, ended in another."""

    async def session() -> AsyncGenerator[DatabaseService, None]:
        async with database.tx() as tx:
            yield tx

    async def entered(generator: AsyncGenerator[DatabaseService, None]) -> DatabaseService:
        return await anext(generator)

    async def left(generator: AsyncGenerator[DatabaseService, None]) -> None:
        with exported.tracer.start_as_current_span("elsewhere") as elsewhere:
            await generator.aclose()
            assert get_current_span() is elsewhere

    opened = session()
    tx = await asyncio.create_task(entered(opened))
    await tx.user.create(user("ada"))
    await asyncio.create_task(left(opened))
    assert sorted(exported.tree) == ["create User", "elsewhere", "transaction"]
    assert exported.one("transaction").status.status_code is StatusCode.UNSET
    assert caplog.records == []


async def test_callbacks_after_the_commit_are_below(
    database: DatabaseService, exported: Exported
) -> None:
    async with database.atomic():
        await database.user.create(user("ada"))
        database.after_commit(lambda: database.user.count())
    assert exported.tree == ["transaction", ".create User", ".count User"]


@pytest.mark.mongo_only("the driver's commands")
async def test_commit_and_rollback_of_the_driver_are_below(
    driver_spans: None, database: DatabaseService, exported: Exported
) -> None:
    exported.clear()
    async with database.atomic():
        await database.user.create(user("ada"))
    with pytest.raises(RuntimeError):
        await failing(database, RuntimeError())
    assert exported.tree == [
        "transaction",
        ".create User",
        "..pymongo insert",
        ".pymongo commitTransaction",
        "transaction",
        ".create User",
        "..pymongo insert",
        ".pymongo abortTransaction",
    ]
