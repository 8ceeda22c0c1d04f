"""Writes of many records that answer the records, and the limit of those that change or delete."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from prisma.errors import MissingRequiredValueError, UniqueViolationError

from prismongo.engine import MongoEngine
from prismongo.query.plan import links
from tests.behaviour.asking import ask, refused, selected
from tests.commands import Sent
from tests.engines import EngineFor, Stored

SCHEMA = """
model Tree {
  id     String  @id @default(auto()) @map("_id") @db.ObjectId
  number Int     @unique
  kind   String  @default("oak") @map("k")
  height Int?
  plot   Plot?   @relation(fields: [plotId], references: [code])
  plotId String?
  nests  Nest[]
}

model Nest {
  id     Int   @id @map("_id")
  number Int
  tree   Tree? @relation(fields: [number], references: [number], onDelete: Cascade)
}

model Plot {
  id    Int    @id @map("_id")
  code  String @unique
  size  Int    @default(0)
  trees Tree[]
}

model Leaf {
  id   Int    @id @map("_id")
  kind String
  size Int    @default(0)
}
"""

COUNTED = ("updateMany", "deleteMany")


@pytest.fixture
async def engine(pushed_for: EngineFor) -> MongoEngine:
    engine = await pushed_for(SCHEMA)
    leaves = [{"id": number, "kind": "ab"[number % 2]} for number in range(1, 7)]
    await ask(engine, "createMany", "Leaf", data=leaves)
    return engine


def sizes(stored: Stored) -> list[int]:
    return [each["size"] for each in stored("Leaf")]


class TestCreate:
    async def test_the_order_is_that_of_the_input(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        data = [{"number": 3}, {"number": 1, "kind": "elm"}, {"number": 2, "height": None}]
        answer = await ask(
            engine, "createManyAndReturn", "Tree", "id number kind height", data=data
        )
        assert [each["number"] for each in answer] == [3, 1, 2]
        assert [each["kind"] for each in answer] == ["oak", "elm", "oak"]
        kept = {str(each["_id"]): each for each in stored("Tree")}
        assert [kept[each["id"]]["number"] for each in answer] == [3, 1, 2]
        assert kept[answer[2]["id"]] == {
            "_id": kept[answer[2]["id"]]["_id"],
            "number": 2,
            "k": "oak",
            "height": None,
        }

    async def test_relations(self, engine: MongoEngine, stored: Stored) -> None:
        await ask(engine, "createOne", "Plot", data={"id": 1, "code": "a"})
        await ask(engine, "createMany", "Nest", data=[{"id": 1, "number": 2}])
        answer = await ask(
            engine,
            "createManyAndReturn",
            "Tree",
            "number",
            selected("plot"),
            selected("nests"),
            data=[{"number": 1, "plotId": "a"}, {"number": 2}],
        )
        assert answer == [
            {"number": 1, "plot": {"id": 1}, "nests": []},
            {"number": 2, "plot": None, "nests": [{"id": 1}]},
        ]
        assert all(not any(name.startswith("\0") for name in each) for each in stored("Tree"))

    async def test_none_and_one(self, engine: MongoEngine) -> None:
        create = ask(engine, "createManyAndReturn", "Tree", "number", data=[])
        assert await create == []
        create = ask(engine, "createManyAndReturn", "Tree", "number", data={"number": 1})
        assert await create == [{"number": 1}]

    async def test_all_or_none(self, engine: MongoEngine, stored: Stored) -> None:
        data = [{"number": 1}, {"number": 2}, {"number": 1}]
        with pytest.raises(UniqueViolationError):
            await ask(engine, "createManyAndReturn", "Tree", data=data)
        with pytest.raises(MissingRequiredValueError, match=r"data\.1\.number"):
            await ask(engine, "createManyAndReturn", "Tree", data=[{"number": 1}, {}])
        error = await refused(
            ask(engine, "createManyAndReturn", "Tree", data=[{"number": 1, "nests": {}}])
        )
        assert error.code == "P2009"
        assert stored("Tree") == []


class TestUpdate:
    async def test_it_answers_what_it_changed(self, engine: MongoEngine, stored: Stored) -> None:
        answer = await ask(
            engine,
            "updateManyAndReturn",
            "Leaf",
            "id kind size",
            where={"kind": "a"},
            data={"kind": "c", "size": {"increment": 2}},
        )
        assert answer == [{"id": number, "kind": "c", "size": 2} for number in (2, 4, 6)]
        assert sizes(stored) == [0, 2, 0, 2, 0, 2]

    async def test_none_of_them(self, engine: MongoEngine, stored: Stored) -> None:
        where = {"kind": "x"}
        assert await ask(engine, "updateManyAndReturn", "Leaf", where=where, data={"size": 1}) == []
        assert sizes(stored) == [0] * 6

    async def test_without_changes(self, engine: MongoEngine) -> None:
        answer = await ask(engine, "updateManyAndReturn", "Leaf", where={"kind": "b"}, data={})
        assert answer == [{"id": 1}, {"id": 3}, {"id": 5}]

    async def test_a_key_that_changes(self, engine: MongoEngine, stored: Stored) -> None:
        await ask(engine, "createMany", "Tree", data=[{"number": 1}, {"number": 2}])
        await ask(engine, "createMany", "Nest", data=[{"id": 1, "number": 1}])
        answer = await ask(
            engine,
            "updateManyAndReturn",
            "Tree",
            "number",
            selected("nests"),
            where={"number": 1},
            data={"number": 7},
        )
        assert answer == [{"number": 7, "nests": [{"id": 1}]}]
        assert [each["number"] for each in stored("Nest")] == [7]

    async def test_by_a_relation(self, engine: MongoEngine) -> None:
        await ask(engine, "createOne", "Plot", data={"id": 1, "code": "a"})
        trees = [{"number": 1, "plotId": "a"}, {"number": 2}, {"number": 3, "plotId": "a"}]
        await ask(engine, "createMany", "Tree", data=trees)
        answer = await ask(
            engine,
            "updateManyAndReturn",
            "Tree",
            "number",
            selected("plot", "code"),
            where={"plot": {"code": "a"}},
            data={"height": 1},
        )
        assert answer == [
            {"number": 1, "plot": {"code": "a"}},
            {"number": 3, "plot": {"code": "a"}},
        ]

    async def test_a_unique_that_is_taken(self, engine: MongoEngine, stored: Stored) -> None:
        await ask(
            engine, "createMany", "Plot", data=[{"id": 1, "code": "a"}, {"id": 2, "code": "b"}]
        )
        asked = ask(engine, "updateManyAndReturn", "Plot", where={}, data={"code": "c"})
        with pytest.raises(UniqueViolationError):
            await asked
        assert [each["code"] for each in stored("Plot")] == ["a", "b"]

    async def test_at_once(self, engine: MongoEngine, stored: Stored) -> None:
        """Each record is answered to whoever changed it, and to nobody else."""
        answers = await asyncio.gather(
            *(
                ask(
                    engine,
                    "updateManyAndReturn",
                    "Leaf",
                    where={"size": 0},
                    data={"size": {"increment": 1}},
                    limit=3,
                )
                for _ in range(4)
            )
        )
        assert sorted(each["id"] for answer in answers for each in answer) == [1, 2, 3, 4, 5, 6]
        assert sizes(stored) == [1] * 6


class TestLimit:
    @pytest.mark.parametrize(
        ("limit", "count"), [(0, 0), (1, 1), (2, 2), (3, 3), (9, 3), (None, 3)]
    )
    async def test_at_most_so_many(
        self, engine: MongoEngine, stored: Stored, limit: int | None, count: int
    ) -> None:
        where = {"kind": "a"}
        changed = {"where": where, "data": {"size": {"increment": 1}}, "limit": limit}
        assert await ask(engine, "updateMany", "Leaf", **changed) == {"count": count}
        assert sum(sizes(stored)) == count
        answer = await ask(engine, "updateManyAndReturn", "Leaf", "id size", **changed)
        assert len(answer) == count
        assert sum(sizes(stored)) == count * 2
        nothing = {"where": where, "data": {}, "limit": limit}
        assert await ask(engine, "updateMany", "Leaf", **nothing) == {"count": count}
        deleted = await ask(engine, "deleteMany", "Leaf", where=where, limit=limit)
        assert deleted == {"count": count}
        assert len(stored("Leaf")) == 6 - count

    async def test_of_records_that_others_refer_to(
        self, engine: MongoEngine, stored: Stored
    ) -> None:
        await ask(engine, "createMany", "Tree", data=[{"number": number} for number in range(3)])
        nests = [{"id": number, "number": number} for number in range(3)]
        await ask(engine, "createMany", "Nest", data=nests)
        plain = {"where": {"number": 1}, "data": {"number": 9}}
        assert await ask(engine, "updateMany", "Tree", **plain, limit=0) == {"count": 0}
        assert await ask(engine, "updateMany", "Tree", **plain, limit=5) == {"count": 1}
        assert sorted(each["number"] for each in stored("Nest")) == [0, 2, 9]
        assert await ask(engine, "deleteMany", "Tree", limit=0) == {"count": 0}
        assert await ask(engine, "deleteMany", "Tree", limit=2) == {"count": 2}
        assert len(stored("Nest")) == len(stored("Tree")) == 1

    async def test_by_a_relation(self, engine: MongoEngine, stored: Stored) -> None:
        await ask(engine, "createOne", "Plot", data={"id": 1, "code": "a"})
        trees = [{"number": number, "plotId": "a"} for number in range(3)]
        await ask(engine, "createMany", "Tree", data=trees)
        where = {"plot": {"code": "a"}}
        changed = {"where": where, "data": {"height": 1}}
        assert await ask(engine, "updateMany", "Tree", **changed, limit=2) == {"count": 2}
        assert [each.get("height") for each in stored("Tree")].count(1) == 2
        assert await ask(engine, "deleteMany", "Tree", where=where, limit=1) == {"count": 1}

    @pytest.mark.parametrize("action", [*COUNTED, "updateManyAndReturn"])
    @pytest.mark.parametrize(
        ("limit", "code", "message"),
        [
            (-1, "P2009", "`limit`: a limit cannot be negative"),
            ("1", "P2009", "`limit`: expected Int, got String"),
            (True, "P2009", "`limit`: expected Int, got Boolean"),
            (2**63, "P2033", "64 bit"),
        ],
    )
    async def test_what_is_no_limit(
        self,
        engine: MongoEngine,
        stored: Stored,
        action: Any,
        limit: object,
        code: str,
        message: str,
    ) -> None:
        data = {} if action == "deleteMany" else {"data": {"size": 1}}
        error = await refused(ask(engine, action, "Leaf", where={}, limit=limit, **data))
        assert error.code == code
        assert message in str(error)
        assert sizes(stored) == [0] * 6

    async def test_others_take_none(self, engine: MongoEngine) -> None:
        error = await refused(ask(engine, "updateOne", "Leaf", where={"id": 1}, data={}, limit=1))
        assert "Unknown argument `limit`" in str(error)
        data: Any = {"data": [{"id": 9, "kind": "x"}], "limit": 1}
        assert (await refused(ask(engine, "createMany", "Leaf", **data))).code == "P2009"


async def test_more_records_than_one_command_takes(
    engine: MongoEngine, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "CHUNK", 2)
    changed: Any = {"where": {}, "data": {"size": {"increment": 1}}, "limit": 5}
    answer = await ask(engine, "updateManyAndReturn", "Leaf", "id size", **changed)
    assert [each["size"] for each in answer] == [1] * 5
    assert [each["id"] for each in answer] == [1, 2, 3, 4, 5]
    assert await ask(engine, "updateMany", "Leaf", **changed) == {"count": 5}
    assert sum(sizes(stored)) == 10
    assert await ask(engine, "deleteMany", "Leaf", where={}, limit=3) == {"count": 3}


async def test_what_a_server_is_sent(engine: MongoEngine, sent: Sent) -> None:
    """With a limit the filter is asked again beside the ids; without one there is one command."""
    changed: Any = {"where": {"kind": "a"}, "data": {"size": 1}}
    await ask(engine, "updateMany", "Leaf", **changed)
    assert [command["q"] for command in updates(sent)] == [{"kind": "a"}]
    sent.clear()
    await ask(engine, "updateMany", "Leaf", **changed, limit=2)
    (update,) = updates(sent)
    assert update["q"] == {"_id": {"$in": [2, 4]}, "kind": "a"}


def updates(sent: Sent) -> list[dict[str, Any]]:
    return [each for command in sent.commands for each in command.get("updates", ())]
