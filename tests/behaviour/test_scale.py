"""Large questions are answered, with memory in proportion to the answer."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from pymongo.database import Database

from prismongo.engine import MongoEngine
from tests.behaviour.asking import ask, selected
from tests.commands import Sent
from tests.engines import Document, EngineFor

SCHEMA: Final = """
model Row {
  id    Int    @id @map("_id")
  name  String
  level Int
}

model Node {
  id       Int    @id @map("_id")
  parentId Int?
  parent   Node?  @relation("T", fields: [parentId], references: [id], NO_ACTIONS)
  children Node[] @relation("T")

  @@index([parentId])
}
""".replace("NO_ACTIONS", "onDelete: NoAction, onUpdate: NoAction")
ROWS: Final = 100_000
ASKED: Final = 10_000
DEPTH: Final = 5
WIDTH: Final = 4  # children a node


@pytest.fixture
async def engine(engine_for: EngineFor) -> MongoEngine:
    return await engine_for(SCHEMA)


def fill(raw: Database[Document], size: int) -> None:
    raw["Row"].insert_many(
        ({"_id": number, "name": f"name {number}", "level": number % 10} for number in range(size)),
        ordered=False,
    )


@pytest.fixture
def tree(raw: Database[Document]) -> int:
    """Every node has its children; the size."""
    size: int = (WIDTH ** (DEPTH + 1) - 1) // (WIDTH - 1)
    raw["Node"].create_index("parentId")
    raw["Node"].insert_many(
        {"_id": number, "parentId": (number - 1) // WIDTH if number else None}
        for number in range(size)
    )
    return size


@contextmanager
def peak_memory() -> Iterator[list[int]]:
    """Gives, at its end, the bytes that are kept and the most that were held at a time."""
    figures: list[int] = []
    tracemalloc.start()
    try:
        yield figures
        figures += tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()


@pytest.mark.mongo_only("what is held beside the answer; a fake holds all documents as well")
async def test_a_hundred_thousand_rows(engine: MongoEngine, raw: Database[Document]) -> None:
    fill(raw, ROWS)
    with peak_memory() as memory:
        found = await ask(engine, "findMany", "Row", "id name level")
    kept, peak = memory
    assert len(found) == ROWS
    assert sum(row["id"] for row in found) == ROWS * (ROWS - 1) // 2
    assert peak < 4 * kept


async def test_ten_thousand_values_in_one_filter(
    engine: MongoEngine, raw: Database[Document], sent: Sent
) -> None:
    fill(raw, ASKED + 100)
    wanted = list(range(ASKED))
    for where in ({"id": {"in": wanted}}, {"name": {"in": [f"name {i}" for i in wanted]}}):
        sent.clear()
        found = await ask(engine, "findMany", "Row", where=where)
        assert sorted(row["id"] for row in found) == wanted
        assert sent.names == ["find"]


@pytest.mark.mongo_only("a fake looks at every document for every alternative")
async def test_ten_thousand_alternatives(engine: MongoEngine, raw: Database[Document]) -> None:
    fill(raw, ASKED + 100)
    where = {"OR": [{"id": number, "level": number % 10} for number in range(ASKED)]}
    assert await ask(engine, "aggregate", "Row", "_count", where=where) == {"_count": ASKED}


async def test_ten_thousand_writes(engine: MongoEngine, raw: Database[Document]) -> None:
    data = [{"id": number, "name": "new", "level": 0} for number in range(ASKED)]
    created = await ask(engine, "createMany", "Row", data=data)
    where = {"id": {"in": [item["id"] for item in data[1:]]}}
    deleted = await ask(engine, "deleteMany", "Row", where=where)
    assert created == {"count": ASKED}
    assert deleted == {"count": ASKED - 1}
    assert raw["Row"].count_documents({}) == 1


async def test_five_levels_below_one_another(engine: MongoEngine, sent: Sent, tree: int) -> None:
    children = selected("children")
    for _ in range(DEPTH - 1):
        children = selected("children", "id", children)
    with peak_memory() as memory:
        (root,) = await ask(engine, "findMany", "Node", "id", children, where={"parentId": None})
    kept, peak = memory
    assert _size(root) == tree
    assert len(sent.names) == DEPTH + 1
    assert peak < 8 * kept


async def test_a_filter_as_deep_as_anyone_writes(engine: MongoEngine, tree: int) -> None:
    where: dict[str, Any] = {"parentId": None}
    for _ in range(DEPTH):
        where = {"parent": {"is": where}}
    answer = await ask(engine, "aggregate", "Node", "_count", where=where)
    assert answer == {"_count": tree - tree // WIDTH}


def _size(node: dict[str, Any]) -> int:
    return 1 + sum(map(_size, node.get("children", ())))
