"""A cancellation that the driver swallows, as it may on Python 3.11, ends the task all the same."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pymongo.network_layer import PyMongoProtocol

from database import DatabaseService

pytestmark = pytest.mark.mongo_only("the driver's way to send")


@pytest.fixture
def swallowing(monkeypatch: pytest.MonkeyPatch) -> list[asyncio.Task[Any]]:
    """Tasks that are cancelled when they next send a command, which swallows it."""
    tasks: list[asyncio.Task[Any]] = []
    write = PyMongoProtocol.write

    async def written(self: PyMongoProtocol, message: bytes) -> None:
        await write(self, message)
        task = asyncio.current_task()
        if task in tasks:
            tasks.remove(task)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asyncio.sleep(0)

    monkeypatch.setattr(PyMongoProtocol, "write", written)
    return tasks


async def in_transaction(database: DatabaseService) -> None:
    async with database.tx() as tx:
        await tx.user.count()
        await tx.user.count()


ASKED: dict[str, Callable[[DatabaseService], Awaitable[Any]]] = {
    "one record": lambda db: db.user.find_unique(where={"username": "ada"}),
    "many records": lambda db: db.user.find_many(include={"messages": True}),
    "a count": lambda db: db.user.count(),
    "a write": lambda db: db.user.create({"username": "grace", "hashedPassword": "x"}),
    "a raw command": lambda db: db.run_command_raw({"ping": 1}),
    "in a transaction": in_transaction,
}


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
async def test_the_task_ends(
    database: DatabaseService,
    swallowing: list[asyncio.Task[Any]],
    ask: Callable[[DatabaseService], Awaitable[Any]],
) -> None:
    went_on = False

    async def work() -> None:
        nonlocal went_on
        task = asyncio.current_task()
        assert task is not None
        swallowing.append(task)
        await ask(database)
        went_on = True

    task = asyncio.ensure_future(work())
    await asyncio.wait({task})
    assert swallowing == []
    assert (task.cancelled(), went_on) == (True, False)
    assert await database.user.count() in (0, 1)  # the client goes on
