"""A list that is stored as null is an empty one, whatever is done with it; so is a missing one.

Only a filter tells them apart: it finds a missing list by `isSet: False` alone.
"""

from __future__ import annotations

from typing import Any, Final

import pytest
from prisma.fields import Json

from prismongo.engine import MongoEngine
from prismongo.query.nodes.requests import FieldReference
from tests.behaviour.asking import ask, refused, selected
from tests.engines import EngineFor, Stored

SCHEMA = """
model Actor {
  id      Int    @id @map("_id")
  filmIds Int[]  @map("films")
  films   Film[] @relation(fields: [filmIds], references: [id])
}

model Film {
  id       Int     @id @map("_id")
  title    String? @unique
  actorIds Int[]   @map("cast")
  actors   Actor[] @relation(fields: [actorIds], references: [id])
}

model Page {
  id     Int      @id @map("_id")
  tags   String[]
  others String[]
  notes  Json[]
  boxes  Box[]
  box    Box?
  count  Int      @default(0)
  rank   Int?
  rate   Float?
  price  Decimal?
}

type Box {
  label String?
  size  Int?
  lids  Int[]
  inner Lid[]
}

type Lid {
  name String
}
"""
HELD: Final[dict[str, dict[str, Any]]] = {
    "missing": {},
    "null": {"": None},
    "empty": {"": []},
}


@pytest.fixture
async def engine(engine_for: EngineFor) -> MongoEngine:
    return await engine_for(SCHEMA)


@pytest.fixture(params=HELD)
def held(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What is stored under a name: nothing, null or an empty list."""
    return HELD[request.param]


def under(held: dict[str, Any], *names: str) -> dict[str, Any]:
    """The same under these names."""
    return {name: value for name in names for value in held.values()}


class TestManyToMany:
    @pytest.mark.parametrize(
        ("data", "films", "casts"),
        [
            ({"connect": {"id": 1}}, [1], [[1], []]),
            ({"connect": [{"id": 1}, {"title": "b"}]}, [1, 2], [[1], [1]]),
            ({"set": [{"id": 2}]}, [2], [[], [1]]),
            ({"set": []}, [], [[], []]),
            ({"disconnect": {"id": 1}}, [], [[], []]),
            ({"disconnect": [{"id": 1}, {"id": 2}]}, [], [[], []]),
            ({"create": {"id": 3}}, [3], [[], [], [1]]),
            ({"connectOrCreate": {"where": {"id": 1}, "create": {"id": 9}}}, [1], [[1], []]),
            (
                {"upsert": {"where": {"id": 4}, "create": {"id": 4}, "update": {"title": "x"}}},
                [4],
                [[], [], [1]],
            ),
            ({"deleteMany": {}}, [], [[], []]),
            ({"updateMany": {"where": {}, "data": {"title": "x"}}}, [], [[], []]),
        ],
        ids=str,
    )
    @pytest.mark.parametrize("action", ["updateOne", "upsertOne"])
    async def test_writes(
        self,
        engine: MongoEngine,
        raw: Any,
        stored: Stored,
        held: dict[str, Any],
        action: Any,
        data: Any,
        films: list[int],
        casts: list[list[int]],
    ) -> None:
        raw["Actor"].insert_one({"_id": 1, **under(held, "films")})
        for number, title in ((1, "a"), (2, "b")):
            raw["Film"].insert_one({"_id": number, "title": title, **under(held, "cast")})
        changes: Any = {"data": {"films": data}}
        if action == "upsertOne":
            changes = {"create": {"id": 1}, "update": {"films": data}}
        answer = await ask(
            engine, action, "Actor", "filmIds", selected("films"), where={"id": 1}, **changes
        )
        assert answer == {"filmIds": films, "films": [{"id": number} for number in films]}
        assert [film.get("cast") or [] for film in stored("Film")] == casts

    async def test_a_list_of_one_side_alone(
        self, engine: MongoEngine, raw: Any, stored: Stored
    ) -> None:
        raw["Actor"].insert_one({"_id": 1, "films": [1, 2]})
        raw["Film"].insert_many([{"_id": 1, "cast": None}, {"_id": 2, "title": "b"}])
        await ask(
            engine,
            "updateOne",
            "Actor",
            where={"id": 1},
            data={"films": {"disconnect": [{"id": 1}]}},
        )
        assert stored("Actor") == [{"_id": 1, "films": [2]}]
        assert stored("Film") == [{"_id": 1, "cast": None}, {"_id": 2, "title": "b"}]

    async def test_filters_and_reads(
        self, engine: MongoEngine, raw: Any, held: dict[str, Any]
    ) -> None:
        raw["Actor"].insert_one({"_id": 1, **under(held, "films")})
        for where, number in (
            ({"films": {"some": {}}}, 0),
            ({"films": {"none": {}}}, 1),
            ({"films": {"every": {"title": "x"}}}, 1),
        ):
            assert len(await ask(engine, "findMany", "Actor", where=where)) == number
        answer = await ask(engine, "findMany", "Actor", "filmIds", selected("films"))
        assert answer == [{"filmIds": [], "films": []}]
        counted = await ask(engine, "findMany", "Actor", selected("_count", "films"))
        assert counted == [{"_count": {"films": 0}}]
        assert await ask(engine, "deleteMany", "Actor") == {"count": 1}


WRITES: Final[dict[str, tuple[dict[str, Any], Any]]] = {
    "push": ({"push": "a"}, ["a"]),
    "push several": ({"push": ["a", "b"]}, ["a", "b"]),
    "push none": ({"push": []}, []),
    "add": ({"add": ["a", "a"]}, ["a"]),
    "remove": ({"remove": "a"}, []),
    "set": ({"set": ["a"]}, ["a"]),
    "set none": ({"set": []}, []),
}


class TestScalarLists:
    @pytest.mark.parametrize(("data", "expected"), WRITES.values(), ids=WRITES)
    @pytest.mark.parametrize("beside", [{}, {"rank": {"increment": 1}, "count": 3}], ids=str)
    async def test_writes(
        self,
        engine: MongoEngine,
        raw: Any,
        held: dict[str, Any],
        data: Any,
        expected: Any,
        beside: Any,
    ) -> None:
        raw["Page"].insert_one({"_id": 1, **under(held, "tags")})
        answer = await ask(
            engine, "updateOne", "Page", "tags", where={"id": 1}, data={"tags": data, **beside}
        )
        assert answer == {"tags": expected}

    @pytest.mark.parametrize("data", [{"push": 1}, {"add": [1, 1]}, {"set": [1]}], ids=str)
    async def test_inside_composites(
        self, engine: MongoEngine, raw: Any, stored: Stored, held: dict[str, Any], data: Any
    ) -> None:
        box = {"label": "x", **under(held, "lids")}
        raw["Page"].insert_one({"_id": 1, "box": box, "boxes": [box]})
        changes = {
            "box": {"upsert": {"set": {}, "update": {"lids": data}}},
            "boxes": {"updateMany": {"where": {"lids": {"isEmpty": True}}, "data": {"lids": data}}},
        }
        await ask(engine, "updateOne", "Page", where={"id": 1}, data=changes)
        (page,) = stored("Page")
        assert page["box"]["lids"] == [1]
        assert page["boxes"][0].get("lids") == ([1] if held else None)

    @pytest.mark.parametrize(
        ("where", "of_null"),
        [
            ({"isEmpty": True}, True),
            ({"isEmpty": False}, False),
            ({"equals": []}, True),
            ({"equals": ["a"]}, False),
            ({"has": "a"}, False),
            ({"hasEvery": ["a"]}, False),
            ({"hasEvery": []}, True),
            ({"hasSome": ["a"]}, False),
            ({"hasSome": []}, False),
            ({"equals": FieldReference("others")}, True),
        ],
        ids=str,
    )
    async def test_filters(
        self, engine: MongoEngine, raw: Any, held: dict[str, Any], where: Any, of_null: bool
    ) -> None:
        """A missing list matches nothing but `isSet: False`, as every missing value."""
        raw["Page"].insert_many([{"_id": 1, "others": [], **under(held, "tags")}])
        raw["Page"].insert_many([{"_id": 2, "others": ["b"], "tags": ["c"]}])
        for condition, wanted in (
            ({"tags": where}, of_null),
            ({"NOT": {"tags": where}}, not of_null),
        ):
            found = await ask(engine, "findMany", "Page", where={"id": 1, **condition})
            assert bool(found) == (bool(held) and wanted)
        found = await ask(engine, "findMany", "Page", where={"tags": {"isSet": False}})
        assert bool(found) == (not held)

    @pytest.mark.parametrize("notes", [[None], [[]], [None, 1]], ids=str)
    async def test_a_list_of_null_is_not_empty(
        self, engine: MongoEngine, raw: Any, notes: list[Any]
    ) -> None:
        raw["Page"].insert_one({"_id": 1, "notes": notes})
        for where, found in (
            ({"isEmpty": True}, []),
            ({"equals": []}, []),
            ({"isEmpty": False}, [{"id": 1}]),
            ({"has": Json(notes[0])}, [{"id": 1}]),
        ):
            assert await ask(engine, "findMany", "Page", where={"notes": where}) == found


class TestCompositeLists:
    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            ({"push": {"label": "a"}}, [{"label": "a"}]),
            ({"set": [{"label": "a"}]}, [{"label": "a"}]),
            ({"set": []}, []),
            ({"updateMany": {"where": {}, "data": {"label": "b"}}}, []),
            ({"deleteMany": {"where": {}}}, []),
        ],
        ids=str,
    )
    async def test_writes(
        self, engine: MongoEngine, raw: Any, held: dict[str, Any], data: Any, expected: Any
    ) -> None:
        raw["Page"].insert_one({"_id": 1, **under(held, "boxes"), "box": under(held, "inner")})
        boxes = selected("boxes", "label")
        answer = await ask(
            engine, "updateOne", "Page", boxes, where={"id": 1}, data={"boxes": data}
        )
        assert answer == {"boxes": expected}
        inner = {"upsert": {"set": {}, "update": {"inner": {"push": {"name": "n"}}}}}
        lids = selected("box", selected("inner", "name"))
        answer = await ask(engine, "updateOne", "Page", lids, where={"id": 1}, data={"box": inner})
        assert answer == {"box": {"inner": [{"name": "n"}]}}

    @pytest.mark.parametrize(
        ("where", "of_null"),
        [
            ({"isEmpty": True}, True),
            ({"isEmpty": False}, False),
            ({"equals": []}, True),
            ({"equals": [{"label": "a"}]}, False),
            ({"some": {"label": "a"}}, False),
            ({"every": {"label": "a"}}, True),
            ({"none": {"label": "a"}}, True),
        ],
        ids=str,
    )
    async def test_filters(
        self, engine: MongoEngine, raw: Any, held: dict[str, Any], where: Any, of_null: bool
    ) -> None:
        raw["Page"].insert_one({"_id": 1, **under(held, "boxes"), "box": under(held, "inner")})
        raw["Page"].insert_one({"_id": 2, "boxes": [{"label": "z"}], "box": None})
        inner = {key: [] if key == "equals" else item for key, item in where.items()}
        inner = {
            key: {"name": "a"} if isinstance(item, dict) else item for key, item in inner.items()
        }
        nested = of_null or where == {"equals": [{"label": "a"}]}
        for condition, wanted in (
            ({"boxes": where}, of_null),
            ({"NOT": {"boxes": where}}, not of_null),
            ({"box": {"is": {"inner": inner}}}, nested),
        ):
            found = await ask(engine, "findMany", "Page", where={"id": 1, **condition})
            assert bool(found) == (bool(held) and wanted)

    async def test_orders_and_counts(
        self, engine: MongoEngine, raw: Any, held: dict[str, Any]
    ) -> None:
        raw["Page"].insert_one({"_id": 1, "boxes": [{"label": "a"}]})
        raw["Page"].insert_one({"_id": 2, **under(held, "boxes")})
        order = {"boxes": {"_count": "asc"}}
        answer = await ask(engine, "findMany", "Page", orderBy=order)
        assert [page["id"] for page in answer] == [2, 1]


ARITHMETIC: Final = ("increment", "decrement", "multiply", "divide")


class TestNumbers:
    @pytest.mark.parametrize("operator", ARITHMETIC)
    @pytest.mark.parametrize("name", ["rank", "rate", "price"])
    @pytest.mark.parametrize("document", [{}, {"": None}], ids=["missing", "null"])
    async def test_null_stays_null(
        self,
        engine: MongoEngine,
        raw: Any,
        stored: Stored,
        operator: str,
        name: str,
        document: dict[str, Any],
    ) -> None:
        raw["Page"].insert_one({"_id": 1, "tags": None, **under(document, name)})
        data = {name: {operator: 2}, "tags": {"push": "a"}}
        answer = await ask(engine, "updateOne", "Page", f"{name} tags", where={"id": 1}, data=data)
        assert answer == {name: None, "tags": ["a"]}
        assert stored("Page")[0][name] is None

    @pytest.mark.parametrize("operator", ARITHMETIC[:3])
    @pytest.mark.parametrize("action", ["updateOne", "updateMany"])
    async def test_a_required_one_says_which(
        self, engine: MongoEngine, raw: Any, stored: Stored, operator: str, action: Any
    ) -> None:
        raw["Page"].insert_one({"_id": 1, "count": None})
        data = {"count": {operator: 2}}
        error = await refused(ask(engine, action, "Page", where={"id": 1}, data=data))
        assert (error.code, error.meta) == ("P2032", {"field": "count", "found": "null"})
        assert '"count"' in str(error)
        assert stored("Page") == [{"_id": 1, "count": None}]

    @pytest.mark.parametrize("held", [{}, {"size": None}], ids=str)
    async def test_inside_composites(
        self, engine: MongoEngine, raw: Any, stored: Stored, held: dict[str, Any]
    ) -> None:
        raw["Page"].insert_one({"_id": 1, "box": {**held}, "boxes": [{**held}]})
        size = {"size": {"increment": 1}}
        data = {
            "box": {"upsert": {"set": {}, "update": size}},
            "boxes": {"updateMany": {"where": {}, "data": size}},
        }
        await ask(engine, "updateOne", "Page", where={"id": 1}, data=data)
        (page,) = stored("Page")
        assert (page["box"]["size"], page["boxes"][0]["size"]) == (None, None)
