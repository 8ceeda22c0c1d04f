"""Many operations that want the same document: all are done, each once, or fail by time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, Final

import pytest
from prisma.errors import DataError
from pymongo.database import Database

from prismongo.engine import MongoEngine
from prismongo.engine.engine import MakeStore
from prismongo.query.decode.forms import WIRE
from prismongo.query.nodes.requests import Request, Selection
from prismongo.schema import parse
from tests.behaviour.asking import ask
from tests.engines import HEADER, Document, EngineFor

SCHEMA: Final = """
model Parent {
  id       Int     @id @map("_id")
  count    Int     @default(0)
  children Child[]
}

model Child {
  id       String @id @default(auto()) @map("_id") @db.ObjectId
  parentId Int
  parent   Parent @relation(fields: [parentId], references: [id])
}
"""
ID: Final = (Selection("id"),)
CHANGE: Final = {"count": {"increment": 1}, "children": {"create": [{}]}}
AT_ONCE: Final = 150
MANY: Final = 500


@pytest.fixture
def parents(raw: Database[Document]) -> None:
    raw["Parent"].insert_many([{"_id": number, "count": 0} for number in (1, 2)])
    raw["Child"].insert_one({"_id": 0, "parentId": 0})  # no transaction need make the collection


@pytest.fixture
async def hasty(make_store: MakeStore) -> AsyncIterator[MongoEngine]:
    """An engine that gives up almost at once."""
    engine = MongoEngine(
        parse(HEADER + SCHEMA), make_store, conflict_timeout=timedelta(milliseconds=50)
    )
    await engine.connect()
    yield engine
    await engine.aclose()


async def change(engine: MongoEngine, parent: int = 1) -> Any:
    return await ask(engine, "updateOne", "Parent", where={"id": parent}, data=CHANGE)


@pytest.mark.usefixtures("parents")
async def test_all_of_a_hundred_and_fifty_nested_writes_of_one_record(
    engine_for: EngineFor, raw: Database[Document]
) -> None:
    engine = await engine_for(SCHEMA)
    await asyncio.gather(*(change(engine) for _ in range(AT_ONCE)))
    assert raw["Parent"].find_one({"_id": 1}) == {"_id": 1, "count": AT_ONCE}
    assert raw["Child"].count_documents({"parentId": 1}) == AT_ONCE
    assert not engine.conflicts.has_turns


@pytest.mark.usefixtures("parents")
async def test_all_of_those_of_several_clients(
    engine_for: EngineFor, raw: Database[Document]
) -> None:
    """They share no queue: as those of several processes."""
    engines = [await engine_for(SCHEMA) for _ in range(3)]
    await asyncio.gather(*(change(engine) for _ in range(20) for engine in engines))
    assert raw["Parent"].find_one({"_id": 1}) == {"_id": 1, "count": 60}
    assert raw["Child"].count_documents({"parentId": 1}) == 60


@pytest.mark.usefixtures("parents")
async def test_those_that_write_two_records_in_opposite_orders_do_not_block_each_other(
    engine_for: EngineFor, raw: Database[Document]
) -> None:
    engine = await engine_for(SCHEMA)

    async def both(*parents: int) -> None:
        await engine.execute_batch(
            [
                (
                    Request("updateOne", "Parent", {"where": {"id": parent}, "data": CHANGE}, ID),
                    WIRE,
                )
                for parent in parents
            ],
            tx_id=None,
        )

    await asyncio.gather(*(both(*pair) for _ in range(20) for pair in ((1, 2), (2, 1))))
    assert [row["count"] for row in raw["Parent"].find().sort("_id")] == [40, 40]
    assert not engine.conflicts.has_turns


@pytest.mark.usefixtures("parents")
async def test_of_five_hundred_none_is_lost_and_none_done_twice(
    hasty: MongoEngine, raw: Database[Document]
) -> None:
    found = await asyncio.gather(*(change(hasty) for _ in range(MANY)), return_exceptions=True)
    failed = [each for each in found if isinstance(each, BaseException)]
    assert {type(each) for each in failed} <= {DataError}
    assert {getattr(each, "code", None) for each in failed} <= {"P2034"}
    acknowledged = MANY - len(failed)
    assert acknowledged > 0
    stored = raw["Parent"].find_one({"_id": 1})
    assert stored == {"_id": 1, "count": acknowledged}
    assert raw["Child"].count_documents({"parentId": 1}) == acknowledged
    assert not hasty.conflicts.has_turns


@pytest.mark.usefixtures("parents")
async def test_who_is_cancelled_gives_its_turn_away(
    engine_for: EngineFor, raw: Database[Document]
) -> None:
    engine = await engine_for(SCHEMA)
    await asyncio.gather(*(change(engine) for _ in range(60)))  # opens the connections
    raw["Parent"].update_one({"_id": 1}, {"$set": {"count": 0}})
    raw["Child"].delete_many({})
    tasks = [asyncio.create_task(change(engine)) for _ in range(60)]
    while not engine.conflicts.has_turns and not all(task.done() for task in tasks):
        await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    done = sum(not isinstance(each, BaseException) for each in found)
    assert {type(each) for each in found if isinstance(each, BaseException)} <= {
        asyncio.CancelledError
    }
    assert done >= 30
    stored = raw["Parent"].find_one({"_id": 1})
    assert stored is not None
    assert done <= stored["count"] == raw["Child"].count_documents({"parentId": 1})
    assert not engine.conflicts.has_turns
