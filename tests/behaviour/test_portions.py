"""Writes of many records: together while one transaction holds them, else in portions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import pytest
from prisma.errors import DataError, PrismaError, TransactionError, UniqueViolationError
from pymongo.database import Database

from prismongo.engine import MongoEngine
from prismongo.engine.sessions import TransactionId
from prismongo.errors import ConnectionError
from prismongo.query.nodes.limits import TRANSACTION_BYTES, TRANSACTION_RECORDS, portions_of
from prismongo.query.nodes.requests import Action, Request
from prismongo.query.nodes.steps import DeleteMany, Insert, Step
from prismongo.stores.errors import write_conflict
from tests.behaviour.asking import ask, refused, selections
from tests.commands import Sent
from tests.engines import Document, EngineFor

SCHEMA: Final = """
model Parent {
  id       Int      @id @map("_id")
  children Child[]
  guests   Guest[]
  rows     Row[]
}

model Child {
  id       Int     @id @map("_id")
  parentId Int
  parent   Parent  @relation(fields: [parentId], references: [id], onDelete: Cascade)
  toys     Toy[]
}

model Toy {
  id      Int    @id @map("_id")
  childId Int
  child   Child  @relation(fields: [childId], references: [id], onDelete: Cascade)
}

model Guest {
  id       Int     @id @map("_id")
  parentId Int?
  parent   Parent? @relation(fields: [parentId], references: [id], onDelete: SetNull)
}

model Row {
  id       Int     @id @map("_id")
  number   Int     @unique
  text     String?
  parentId Int?
  parent   Parent? @relation(fields: [parentId], references: [id], onDelete: NoAction)
}
"""
MOST: Final = TRANSACTION_RECORDS
MANY: Final = 2 * MOST + 10
LONG: Final = timedelta(minutes=10)


@pytest.fixture
async def engine(engine_for: EngineFor, raw: Database[Document]) -> MongoEngine:
    for name in ("Parent", "Child", "Toy", "Guest", "Row"):  # which no transaction need make
        raw[name].insert_one({"_id": -1, "number": -1})
        raw[name].delete_many({})
    return await engine_for(SCHEMA)


def rows(size: int, start: int = 0) -> list[Document]:
    return [{"id": number, "number": number} for number in range(start, start + size)]


def fill(raw: Database[Document], collection: str, size: int, **values: Any) -> None:
    raw[collection].insert_many(
        [{"_id": number, "number": number, **values} for number in range(size)]
    )


async def asked_in(
    tx_id: TransactionId, engine: MongoEngine, action: Action, model: str, **arguments: Any
) -> Any:
    request = Request(action, model, arguments, selections(("count",)))
    return await engine.execute(request, tx_id=tx_id)


async def too_many(asked: Any) -> PrismaError:
    with pytest.raises(TransactionError, match=r"5,000 records and 8,388,608 bytes") as caught:
        await asked
    assert getattr(caught.value, "code", None) == "P2028"
    return caught.value


def meta_of(error: PrismaError) -> dict[str, Any]:
    found: dict[str, Any] = getattr(error, "meta", {})
    return found


def fail_at(engine: MongoEngine, kind: type[Step], number: int, error: PrismaError) -> None:
    """Let the step of a kind that comes as this number fail, counted from 1; later ones do not."""
    store: Any = engine.store
    execute = store.execute
    seen = 0

    async def failing(step: Step, transaction: Any) -> Any:
        nonlocal seen
        seen += isinstance(step, kind)
        if isinstance(step, kind) and seen == number:
            raise error
        return await execute(step, transaction)

    store.execute = failing


# --- create ---


async def test_any_number_is_created(engine: MongoEngine, raw: Database[Document]) -> None:
    assert await ask(engine, "createMany", "Row", data=rows(MANY)) == {"count": MANY}
    assert raw["Row"].count_documents({}) == MANY


async def test_what_fits_is_created_together_or_not_at_all(
    engine: MongoEngine, raw: Database[Document]
) -> None:
    data = [*rows(MOST - 1), {"id": 0, "number": MOST}]
    with pytest.raises(UniqueViolationError) as caught:
        await ask(engine, "createMany", "Row", data=data)
    assert "kept" not in caught.value.meta
    assert raw["Row"].count_documents({}) == 0


async def test_a_portion_that_fails_names_what_is_kept(
    engine: MongoEngine, raw: Database[Document]
) -> None:
    data = rows(MANY)
    data[MOST + 7] = {"id": 1, "number": MANY}
    with pytest.raises(
        UniqueViolationError, match=rf"5,000 of {MANY:,} records are written and stay so"
    ) as caught:
        await ask(engine, "createMany", "Row", data=data)
    assert caught.value.code == "P2002"
    assert caught.value.meta | {"kept": MOST, "total": MANY} == caught.value.meta
    assert raw["Row"].count_documents({}) == MOST


async def test_a_portion_that_loses_is_repeated_alone(
    engine: MongoEngine, raw: Database[Document]
) -> None:
    fail_at(engine, Insert, 2, write_conflict())
    assert await ask(engine, "createMany", "Row", data=rows(MANY)) == {"count": MANY}
    assert raw["Row"].count_documents({}) == MANY


async def test_created_in_portions_they_come_back(engine: MongoEngine) -> None:
    found = await ask(engine, "createManyAndReturn", "Row", data=rows(MANY))
    assert [row["id"] for row in found] == list(range(MANY))


async def test_bytes_are_a_limit_too(engine: MongoEngine, raw: Database[Document]) -> None:
    text = "x" * (TRANSACTION_BYTES // 3)
    data = [row | {"text": text} for row in rows(3)] + [{"id": 0, "number": 3}]
    with pytest.raises(UniqueViolationError) as caught:
        await ask(engine, "createMany", "Row", data=data)
    assert caught.value.meta["kept"] == 2
    assert raw["Row"].count_documents({}) == 2
    await too_many(ask(engine, "createMany", "Row", data=data, atomic=True))


def test_portions_keep_the_order_and_a_large_document_stands_alone() -> None:
    large = {"text": "x" * TRANSACTION_BYTES}
    documents: list[Document] = [{"_id": 1}, large, {"_id": 2}, {"_id": 3}]
    found = [part.documents for part in portions_of(documents)]
    assert found == [({"_id": 1},), (large,), ({"_id": 2}, {"_id": 3})]
    assert [len(part.documents) for part in portions_of([{}] * MANY)] == [MOST, MOST, 10]


# --- in one transaction ---


async def test_atomic_refuses_too_many(engine: MongoEngine, raw: Database[Document]) -> None:
    await ask_for_too_many(engine, raw)
    assert raw["Row"].count_documents({"text": None}) == MOST + 1


async def test_atomic_refuses_before_it_writes(
    engine: MongoEngine, raw: Database[Document], sent: Sent
) -> None:
    await ask_for_too_many(engine, raw)
    assert not {"insert", "update", "delete"} & set(sent.names)


async def ask_for_too_many(engine: MongoEngine, raw: Database[Document]) -> None:
    fill(raw, "Row", MOST + 1, text=None)
    new = rows(MOST + 1, start=MANY)
    await too_many(ask(engine, "createMany", "Row", data=new, atomic=True))
    await too_many(ask(engine, "createManyAndReturn", "Row", data=new, atomic=True))
    data = {"text": "x"}
    await too_many(ask(engine, "updateMany", "Row", where={}, data=data, atomic=True))
    await too_many(ask(engine, "updateManyAndReturn", "Row", where={}, data=data, atomic=True))
    await too_many(ask(engine, "deleteMany", "Row", where={}, atomic=True))


async def test_atomic_writes_as_many_as_one_transaction_holds(
    engine: MongoEngine, raw: Database[Document]
) -> None:
    created = await ask(engine, "createMany", "Row", data=rows(MOST), atomic=True)
    data = {"text": "x"}
    updated = await ask(engine, "updateMany", "Row", where={}, data=data, atomic=True)
    deleted = await ask(engine, "deleteMany", "Row", where={}, atomic=True)
    assert created == updated == deleted == {"count": MOST}
    assert raw["Row"].count_documents({}) == 0


async def test_atomic_is_a_boolean(engine: MongoEngine) -> None:
    error = await refused(ask(engine, "deleteMany", "Row", where={}, atomic="yes"))
    assert error.code == "P2009"
    assert "`atomic`" in str(error)


async def test_a_transaction_counts_what_its_calls_write(
    engine: MongoEngine, raw: Database[Document]
) -> None:
    fill(raw, "Guest", MOST + 1)
    tx_id = await engine.begin(max_wait=LONG, timeout=LONG)
    await asked_in(tx_id, engine, "createMany", "Row", data=rows(MOST - 10))
    error = await too_many(asked_in(tx_id, engine, "createMany", "Row", data=rows(11, start=MOST)))
    assert meta_of(error)["records"] == MOST + 1
    await too_many(asked_in(tx_id, engine, "updateMany", "Guest", where={}, data={"parentId": 1}))
    await too_many(asked_in(tx_id, engine, "deleteMany", "Guest", where={}))
    few = {"id": {"in": list(range(10))}}
    assert await asked_in(tx_id, engine, "deleteMany", "Guest", where=few) == {"count": 10}
    await engine.commit_transaction(tx_id)
    assert raw["Row"].count_documents({}) == MOST - 10
    assert raw["Guest"].count_documents({}) == MOST - 9


async def test_a_filter_that_names_ids_is_not_counted(
    engine: MongoEngine, raw: Database[Document], sent: Sent
) -> None:
    fill(raw, "Row", 10)
    tx_id = await engine.begin(max_wait=LONG, timeout=LONG)
    sent.clear()
    few = {"id": {"in": [1, 2]}, "text": None}
    await asked_in(tx_id, engine, "updateMany", "Row", where=few, data={"text": "x"})
    await asked_in(tx_id, engine, "deleteMany", "Row", where={"id": 3})
    assert sent.names == ["update", "delete"]
    await engine.commit_transaction(tx_id)


async def test_a_batch_is_one_transaction(engine: MongoEngine, raw: Database[Document]) -> None:
    from prismongo.query.decode.forms import WIRE

    half = MOST // 2 + 1
    requests = [
        (Request("createMany", "Row", {"data": rows(half, start)}, selections(("count",))), WIRE)
        for start in (0, half)
    ]
    await too_many(engine.execute_batch(requests, tx_id=None))
    assert raw["Row"].count_documents({}) == 0


async def test_nested_creates_are_one_transaction(
    engine: MongoEngine, raw: Database[Document]
) -> None:
    children = [{"id": number} for number in range(MOST + 1)]
    data = {"id": 1, "children": {"createMany": {"data": children}}}
    await too_many(ask(engine, "createOne", "Parent", data=data))
    assert raw["Parent"].count_documents({}) == raw["Child"].count_documents({}) == 0
    data = {"id": 1, "children": {"createMany": {"data": children[1:]}}}
    await ask(engine, "createOne", "Parent", data=data)
    assert raw["Child"].count_documents({}) == MOST


# --- update ---


async def test_any_number_is_updated(engine: MongoEngine, raw: Database[Document]) -> None:
    fill(raw, "Row", MANY)
    for where, limit in (({}, None), ({"parent": {"is": None}}, None), ({}, MANY - 1)):
        data = {"text": f"{limit}"}
        asked = ask(engine, "updateMany", "Row", where=where, data=data, limit=limit)
        number = MANY if limit is None else limit
        assert await asked == {"count": number}
        assert raw["Row"].count_documents({"text": f"{limit}"}) == number
        raw["Row"].update_many({}, {"$set": {"text": None}})


async def test_a_unique_value_of_any_number_is_updated(
    engine: MongoEngine, raw: Database[Document]
) -> None:
    fill(raw, "Row", MANY)
    data = {"number": {"increment": MANY}}
    assert await ask(engine, "updateMany", "Row", where={}, data=data) == {"count": MANY}
    assert sorted(row["number"] for row in raw["Row"].find()) == list(range(MANY, 2 * MANY))


async def test_updated_in_portions_they_come_back(
    engine: MongoEngine, raw: Database[Document]
) -> None:
    fill(raw, "Row", MANY)
    found = await ask(engine, "updateManyAndReturn", "Row", "id text", where={}, data={"text": "x"})
    assert sorted(row["id"] for row in found) == list(range(MANY))
    assert {row["text"] for row in found} == {"x"}


# --- delete ---


async def test_any_number_is_deleted(engine: MongoEngine, raw: Database[Document]) -> None:
    for where, limit in (({}, None), ({"parent": {"is": None}}, None), ({}, MANY - 1)):
        fill(raw, "Row", MANY)
        asked = ask(engine, "deleteMany", "Row", where=where, limit=limit)
        number = MANY if limit is None else limit
        assert await asked == {"count": number}
        assert raw["Row"].count_documents({}) == MANY - number
        raw["Row"].delete_many({})


def family(raw: Database[Document]) -> None:
    """A parent of many children, each with a toy, and of many guests."""
    raw["Parent"].insert_many([{"_id": 1}, {"_id": 2}])
    raw["Child"].insert_many([{"_id": number, "parentId": 1} for number in range(MANY)])
    raw["Toy"].insert_many([{"_id": number, "childId": number} for number in range(MANY)])
    raw["Guest"].insert_many([{"_id": number, "parentId": 1} for number in range(MANY)])


async def test_a_cascade_of_any_size(engine: MongoEngine, raw: Database[Document]) -> None:
    family(raw)
    assert await ask(engine, "deleteOne", "Parent", where={"id": 1}) == {"id": 1}
    assert [raw[name].count_documents({}) for name in ("Parent", "Child", "Toy")] == [1, 0, 0]
    assert raw["Guest"].count_documents({"parentId": None}) == MANY


async def test_a_cascade_of_many_counts_what_was_asked_for(
    engine: MongoEngine, raw: Database[Document]
) -> None:
    family(raw)
    assert await ask(engine, "deleteMany", "Parent", where={}) == {"count": 2}
    assert [raw[name].count_documents({}) for name in ("Parent", "Child", "Toy")] == [0, 0, 0]


async def test_a_cascade_that_fails_leaves_nothing_without_its_parent(
    engine: MongoEngine, raw: Database[Document]
) -> None:
    family(raw)
    fail_at(engine, DeleteMany, 4, ConnectionError("It is down.", code="P1017"))
    with pytest.raises(ConnectionError, match=r"It is down.*10,010 of 30,030 records") as caught:
        await ask(engine, "deleteOne", "Parent", where={"id": 1})
    assert (caught.value.code, caught.value.meta["kept"]) == ("P1017", MANY)
    assert raw["Parent"].count_documents({}) == 2
    children = {row["_id"] for row in raw["Child"].find()}
    assert {row["childId"] for row in raw["Toy"].find()} <= children
    await ask(engine, "deleteOne", "Parent", where={"id": 1})
    assert [raw[name].count_documents({}) for name in ("Parent", "Child", "Toy")] == [1, 0, 0]


async def test_a_cascade_in_a_transaction_is_refused_before_it_writes(
    engine: MongoEngine, raw: Database[Document]
) -> None:
    family(raw)
    tx_id = await engine.begin(max_wait=LONG, timeout=LONG)
    request = Request("deleteOne", "Parent", {"where": {"id": 1}}, selections(("id",)))
    await too_many(engine.execute(request, tx_id=tx_id))
    await engine.commit_transaction(tx_id)
    assert raw["Child"].count_documents({}) == MANY
    await too_many(ask(engine, "deleteMany", "Parent", where={}, atomic=True))
    with pytest.raises(DataError):
        await ask(engine, "deleteMany", "Parent", where={}, atomic=1)
