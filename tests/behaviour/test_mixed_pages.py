"""Pages and streams over values of other types than the schema's: each record is read once.

Others have stored NaN, null, lists and values of every BSON type where the schema has one type, or
as ids. MongoDB's order goes across types, and a page begins where the one before it has ended.
"""

from __future__ import annotations

from typing import Any, Final

import pytest
from bson import MaxKey, MinKey, ObjectId
from prisma.errors import DataError

from prismongo.engine import MongoEngine
from prismongo.query.decode.forms import WIRE
from prismongo.query.nodes.requests import OnInvalid, Request, Selection
from tests.behaviour.asking import ask
from tests.engines import EngineFor
from tests.hostile_documents import VALUES, numbered, text_of

SCHEMA: Final = """
model Row {
  id    Int     @id @map("_id")
  whole Int?
  real  Float?
  text  String?
  exact Decimal?
  time  DateTime?
  key   String? @db.ObjectId
  flag  Boolean?
  group Int?

  @@index([group])
  @@index([text])
  @@index([whole, id])
}

model Named {
  id   String @id @map("_id") @db.ObjectId
  text String?
}
"""

FIELDS: Final = ("whole", "real", "text", "exact", "time", "key", "flag")
TRIED: Final = ("whole", "real", "text")
"""With an index that ends with the id, with none, and with one that does not."""
LISTS: Final[list[Any]] = [[], [1, 9], [9, 1], [None, 9], [float("nan"), 3], [[1]], [[]], ["b", 2]]
ALL: Final[list[Any]] = [*VALUES.values(), *LISTS, *VALUES.values(), 0, -1, 2, 9, "", "y", False]
MISSING: Final = 3
ORDERS: Final[list[list[dict[str, Any]]]] = [
    [{"whole": "asc"}],
    [{"whole": "desc"}],
    [{"group": "asc"}, {"text": "desc"}],
    [{"group": "desc"}, {"real": "asc"}, {"id": "desc"}],
]


@pytest.fixture
async def engine(pushed_for: EngineFor) -> MongoEngine:
    return await pushed_for(SCHEMA)


@pytest.fixture
def mixed(raw: Any) -> None:
    """Rows with every value in every field, not in the order of their ids; some have none."""
    for number, value in enumerate(ALL):
        row = {"_id": number * 29 % len(ALL), "group": number % 3} | dict.fromkeys(FIELDS, value)
        raw["Row"].insert_one(row)
    for number in range(len(ALL), len(ALL) + MISSING):
        raw["Row"].insert_one({"_id": number})


async def streamed(
    engine: MongoEngine,
    model: str,
    order: Any,
    batch: int,
    select: str = "id",
    on_invalid: OnInvalid = "raise",
) -> list[Any]:
    """The ids of a stream; it is given up after many more than there are."""
    arguments = {"orderBy": order, "take": batch}
    selections = tuple(map(Selection, select.split()))
    request = Request("findMany", model, arguments, selections, on_invalid=on_invalid)
    found: list[Any] = []
    async for each in engine.stream(request, tx_id=None, form=WIRE):
        found.append(each["id"])
        assert len(found) <= 2 * len(ALL), "the stream does not end"
    return found


async def paged(engine: MongoEngine, order: Any, take: int) -> list[Any]:
    """The ids of all pages, each of which begins behind the last record of the one before it."""
    found: list[Any] = []
    first: dict[str, Any] = {}
    while rows := await ask(engine, "findMany", "Row", orderBy=order, take=take, **first):
        ids = [row["id"] for row in rows]
        found = [*ids, *found] if take < 0 else [*found, *ids]
        first = {"cursor": {"id": ids[0] if take < 0 else ids[-1]}, "skip": 1}
        assert len(found) <= 2 * len(ALL), "the pages do not end"
    return found


@pytest.mark.usefixtures("mixed")
class TestEveryRecordOnce:
    @pytest.mark.parametrize("batch", [1, 7])
    @pytest.mark.parametrize("descending", [False, True])
    @pytest.mark.parametrize("field", TRIED)
    async def test_a_stream_by_one_field(
        self, engine: MongoEngine, field: str, descending: bool, batch: int
    ) -> None:
        order = [{field: "desc" if descending else "asc"}, {"id": "asc"}]
        rows = await ask(engine, "findMany", "Row", orderBy=order)
        assert len(rows) == len(ALL) + MISSING
        assert await streamed(engine, "Row", order, batch) == [row["id"] for row in rows]

    @pytest.mark.parametrize("batch", [1, 4])
    @pytest.mark.parametrize("order", ORDERS, ids=str)
    async def test_a_stream_by_other_orders(
        self, engine: MongoEngine, order: Any, batch: int
    ) -> None:
        found = await streamed(engine, "Row", order, batch)
        assert sorted(found) == list(range(len(ALL) + MISSING))

    @pytest.mark.parametrize("take", [1, 5, -1])
    @pytest.mark.parametrize("order", ["asc", "desc"])
    @pytest.mark.parametrize("field", TRIED)
    async def test_pages_from_cursors(
        self, engine: MongoEngine, field: str, order: str, take: int
    ) -> None:
        by = [{field: order}, {"id": "desc"}]
        rows = await ask(engine, "findMany", "Row", orderBy=by)
        expected, found = [row["id"] for row in rows], await paged(engine, by, take)
        if take < 0:  # a list goes by its other end
            expected, found = sorted(expected), sorted(found)
        assert found == expected

    @pytest.mark.parametrize("order", ["asc", "desc"])
    async def test_what_cannot_be_read_is_an_error_not_an_end(
        self, engine: MongoEngine, order: str
    ) -> None:
        with pytest.raises(DataError, match=r"Row\.whole"):
            await streamed(engine, "Row", [{"whole": order}], 1, "id whole")
        whole = await readable(engine, "whole")
        found = await streamed(engine, "Row", [{"whole": order}], 1, "id whole", "skip")
        assert sorted(found) == sorted(whole)


async def readable(engine: MongoEngine, field: str) -> list[int]:
    """The ids of the rows whose field can be read."""
    request = Request("findMany", "Row", {}, (Selection("id"), Selection(field)), on_invalid="skip")
    return [row["id"] for row in await engine.execute(request, tx_id=None)]


async def test_ids_of_other_types(engine: MongoEngine, raw: Any) -> None:
    """Texts, numbers and dates among ids that are ObjectIds."""
    others = [5, 2.5, "5", "z", b"x", {"a": 1}, True, MinKey(), MaxKey(), VALUES["date"]]
    known = [ObjectId() for _ in range(4)]
    for value in (*known, *others):
        raw["Named"].insert_one({"_id": value, "text": "a"})
    names = sorted([*map(str, known), "5", "z"])  # a text is read as it is
    for order in ("asc", "desc"):
        by = [{"id": order}]
        found = await streamed(engine, "Named", by, 1, "id", "skip")
        assert sorted(found) == names
        with pytest.raises(DataError, match=r"Named\.id"):
            await streamed(engine, "Named", by, 2)
        found = await streamed(engine, "Named", [{"text": order}], 2, "id", "skip")
        assert sorted(found) == names


async def test_texts_that_are_not_utf_8(engine: MongoEngine, store: str, raw: Any) -> None:
    """They are keys of an order as any text is, by the bytes that are stored."""
    if store == "memory":
        pytest.skip("no such text is in memory: its documents are decoded")
    for number, data in enumerate((b"a\xff", b"\xfe", b"b\xff", b"\xff\xff")):
        raw["Row"].insert_one(numbered(number * 2, (b"\x02", b"text", text_of(data))))
        raw["Row"].insert_one({"_id": number * 2 + 1, "text": "abc"[: number + 1]})
    order = [{"text": "asc"}]
    found = await streamed(engine, "Row", order, 1, "id text", "skip")
    assert found == [1, 3, 5, 7]
    with pytest.raises(DataError, match="UTF-8"):
        await streamed(engine, "Row", order, 2, "id text")
