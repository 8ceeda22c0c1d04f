"""Transactions beside each other: what each sees, who conflicts with whom, and who waits."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from prisma.errors import DataError, PrismaError, TransactionError, UniqueViolationError

from prismongo.engine import MongoEngine
from prismongo.engine.sessions import TransactionId
from prismongo.query.nodes.requests import Action, Request, Selection
from tests.engines import EngineFor
from tests.waiting import PATIENCE

SCHEMA = """
model User {
  id   Int     @id @map("_id")
  name String  @unique
  mail String? @unique
  bio  String?
}
"""
ALL = (Selection("id"), Selection("name"), Selection("bio"))
LONG = json.dumps({"timeout": 60_000, "max_wait": 60_000})


class Actor:
    """Asks an engine, outside of transactions or in one."""

    def __init__(self, engine: MongoEngine, tx_id: TransactionId | None = None) -> None:
        self._engine = engine
        self._tx_id = tx_id

    async def begin(self) -> Actor:
        """An actor in a transaction, whose view begins with its first question."""
        return Actor(self._engine, await self._engine.start_transaction(content=LONG))

    async def commit(self) -> None:
        assert self._tx_id is not None
        await self._engine.commit_transaction(self._tx_id)

    async def roll_back(self) -> None:
        assert self._tx_id is not None
        await self._engine.rollback_transaction(self._tx_id)

    async def _ask(self, action: Action, **arguments: Any) -> Any:
        request = Request(action, "User", arguments, ALL)
        return await self._engine.execute(request, tx_id=self._tx_id)

    async def create(self, id: int, name: str, **data: Any) -> None:
        await self._ask("createOne", data={"id": id, "name": name, **data})

    async def update(self, id: int, **data: Any) -> None:
        await self._ask("updateOne", where={"id": id}, data=data)

    async def update_where(self, where: dict[str, Any], **data: Any) -> int:
        request = Request(
            "updateMany", "User", {"where": where, "data": data}, (Selection("count"),)
        )
        changed = await self._engine.execute(request, tx_id=self._tx_id)
        return int(changed["count"])

    async def delete(self, id: int) -> None:
        await self._ask("deleteOne", where={"id": id})

    async def bios(self) -> dict[str, str | None]:
        """What is written about whom."""
        rows = await self._ask("findMany", orderBy=[{"id": "asc"}])
        return {row["name"]: row["bio"] for row in rows}


@pytest.fixture
async def outside(pushed_for: EngineFor) -> Actor:
    """Outside of transactions, where ada is number 1 and grace is number 2."""
    actor = Actor(await pushed_for(SCHEMA))
    await actor.create(1, "ada")
    await actor.create(2, "grace")
    return actor


async def conflict(work: Any) -> None:
    with pytest.raises(DataError) as caught:
        await work
    assert caught.value.code == "P2034"


# --- what is seen ---


async def test_its_own_writes_are_seen_inside_alone(outside: Actor) -> None:
    tx = await outside.begin()
    await tx.update(1, bio="inside")
    await tx.delete(2)
    await tx.create(3, "joan")
    assert await tx.bios() == {"ada": "inside", "joan": None}
    assert await outside.bios() == {"ada": None, "grace": None}
    await tx.commit()
    assert await outside.bios() == {"ada": "inside", "joan": None}


async def test_what_is_rolled_back_was_never_there(outside: Actor) -> None:
    tx = await outside.begin()
    await tx.update(1, name="augusta")
    await tx.delete(2)
    await tx.roll_back()
    assert await outside.bios() == {"ada": None, "grace": None}
    await outside.create(3, "augusta")


async def test_its_view_is_that_of_its_first_question(outside: Actor) -> None:
    tx = await outside.begin()
    await outside.update(1, bio="before")
    assert await tx.bios() == {"ada": "before", "grace": None}
    await outside.update(1, bio="after")
    await outside.delete(2)
    await outside.create(3, "joan")
    assert await tx.bios() == {"ada": "before", "grace": None}
    await tx.commit()
    assert await outside.bios() == {"ada": "after", "joan": None}


async def test_two_that_write_different_documents_are_both_kept(outside: Actor) -> None:
    first, second = await outside.begin(), await outside.begin()
    await first.update(1, bio="first")
    await second.update(2, bio="second")
    await first.create(3, "joan")
    await second.create(4, "mary")
    await second.commit()
    await first.commit()
    assert await outside.bios() == {"ada": "first", "grace": "second", "joan": None, "mary": None}


# --- conflicts ---


@pytest.mark.parametrize("how", ["update", "delete"])
async def test_the_second_to_write_a_document_conflicts(outside: Actor, how: str) -> None:
    first, second = await outside.begin(), await outside.begin()
    await first.update(1, bio="first")
    await conflict(second.update(1, bio="second") if how == "update" else second.delete(1))
    with pytest.raises(PrismaError):
        await second.bios()
    await first.commit()
    assert await outside.bios() == {"ada": "first", "grace": None}


async def test_writing_what_has_changed_since_its_view_conflicts(outside: Actor) -> None:
    tx = await outside.begin()
    await tx.bios()
    await outside.update(1, bio="outside")
    await conflict(tx.update(1, bio="inside"))
    assert await outside.bios() == {"ada": "outside", "grace": None}


async def test_an_id_that_another_is_about_to_give_conflicts(outside: Actor) -> None:
    first, second = await outside.begin(), await outside.begin()
    await first.create(3, "joan")
    await conflict(second.create(3, "mary"))
    await first.commit()


async def test_a_unique_value_that_another_is_about_to_take_conflicts(outside: Actor) -> None:
    first, second = await outside.begin(), await outside.begin()
    await first.create(3, "joan")
    await conflict(second.update(1, name="joan"))
    await first.roll_back()
    await outside.update(1, name="joan")


async def test_a_unique_value_taken_since_its_view_conflicts(outside: Actor) -> None:
    tx = await outside.begin()
    await tx.bios()
    await outside.create(3, "joan")
    await conflict(tx.create(4, "joan"))


async def test_a_unique_value_that_was_taken_before_is_a_violation(outside: Actor) -> None:
    tx = await outside.begin()
    with pytest.raises(UniqueViolationError):
        await tx.create(3, "ada")
    with pytest.raises(TransactionError):
        await tx.bios()


async def test_indexes_are_asked_in_turn(outside: Actor) -> None:
    """What comes first is told: an id that is held, before a name that is taken."""
    first, second, third = [await outside.begin() for _ in range(3)]
    await first.create(3, "joan", mail="m")
    await conflict(second.create(3, "ada"))
    with pytest.raises(UniqueViolationError):
        await third.create(4, "ada", mail="m")
    await first.roll_back()


async def test_a_value_that_is_given_up_is_free_when_that_is_kept(outside: Actor) -> None:
    first, second = await outside.begin(), await outside.begin()
    await first.update(1, name="augusta")
    with pytest.raises(UniqueViolationError):
        await second.create(3, "ada")
    await first.commit()
    await outside.create(3, "ada")


async def test_after_a_conflict_nothing_is_held(outside: Actor) -> None:
    first, second = await outside.begin(), await outside.begin()
    await first.update(1, bio="first")
    await second.update(2, bio="second")
    await conflict(second.update(1, bio="second"))
    await first.update(2, bio="first")
    await first.commit()
    assert await outside.bios() == {"ada": "first", "grace": "first"}


# --- waiting ---


@pytest.mark.parametrize("end", ["commit", "roll_back"])
async def test_outside_a_write_waits_for_the_transaction(outside: Actor, end: str) -> None:
    tx = await outside.begin()
    await tx.update(1, bio="inside")
    waiting = asyncio.ensure_future(outside.update(1, bio="outside"))
    for _ in range(20):
        await asyncio.sleep(0.002)
    assert not waiting.done()
    await (tx.commit() if end == "commit" else tx.roll_back())
    await waiting
    assert await outside.bios() == {"ada": "outside", "grace": None}


async def test_what_was_waited_for_may_have_taken_the_value(outside: Actor) -> None:
    tx = await outside.begin()
    await tx.create(3, "joan")
    waiting = asyncio.ensure_future(outside.create(4, "joan"))
    await asyncio.sleep(0.02)
    assert not waiting.done()
    await tx.commit()
    with pytest.raises(UniqueViolationError):
        await waiting


async def test_what_was_waited_for_may_no_longer_match(outside: Actor) -> None:
    tx = await outside.begin()
    await tx.update(1, bio="inside")
    waiting = asyncio.ensure_future(outside.update_where({"bio": {"isSet": False}}, bio="outside"))
    await asyncio.sleep(0.02)
    assert not waiting.done()
    await tx.commit()
    assert await waiting == 1
    assert await outside.bios() == {"ada": "inside", "grace": "outside"}


async def test_outside_reads_and_other_writes_do_not_wait(outside: Actor) -> None:
    tx = await outside.begin()
    await tx.update(1, bio="inside")
    async with asyncio.timeout(PATIENCE):
        assert await outside.bios() == {"ada": None, "grace": None}
        await outside.update(2, bio="outside")
        await outside.create(3, "joan")
    await tx.commit()
