"""Stored records that cannot be read: the error names the record, `on_invalid="skip"` the rest.

Every BSON type is stored in a field of every type, and as a key of a relation.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from typing import Any, Final

import pytest
from prisma.errors import DataError

from prismongo.engine import MongoEngine
from prismongo.query.nodes.requests import Action, OnInvalid, Request, Selection
from tests.behaviour.asking import ask, refused, selected, selections
from tests.engines import EngineFor
from tests.hostile_documents import BAD, VALUES, document, numbered, text_of

SCHEMA = """
model Ticket {
  id       Int       @id @map("_id")
  title    String?
  comments Comment[]
  tags     Tag[]     @relation(fields: [tagIds], references: [id])
  tagIds   Int[]
}

model Comment {
  id       Int     @id @map("_id")
  text     String?
  ticketId Int?
  ticket   Ticket? @relation(fields: [ticketId], references: [id])
  authorId Int
  author   Author  @relation(fields: [authorId], references: [id])
}

model Author {
  id       Int       @id @map("_id")
  name     String
  comments Comment[]
}

model Tag {
  id        Int      @id @map("_id")
  ticketIds Int[]
  tickets   Ticket[] @relation(fields: [ticketIds], references: [id])
}

model Row {
  id    Int       @id @map("_id")
  text  String?
  whole Int?
  large BigInt?
  real  Float?
  exact Decimal?
  flag  Boolean?
  time  DateTime?
  blob  Bytes?
  key   String?   @db.ObjectId
  kind  Kind?
  data  Json?
  tags  String[]
  must  String    @default("")
  box   Box?
  boxes Box[]

  @@index([text])
}

enum Kind {
  A
  B
}

type Box {
  size Int?
}
"""
FIELDS: Final = "text whole large real exact flag time blob key kind data tags must"
COMPOSITES: Final = ("box", "boxes")

Selections = tuple[str | Selection, ...]


@pytest.fixture
async def engine(engine_for: EngineFor) -> MongoEngine:
    return await engine_for(SCHEMA)


async def error_of(asked: Awaitable[Any]) -> DataError | None:
    """The error of a stored value; None if there is none."""
    try:
        await asked
    except DataError as error:
        return error
    return None


async def read(
    engine: MongoEngine,
    action: Action,
    model: str,
    *select: str | Selection,
    on_invalid: OnInvalid = "skip",
    **arguments: Any,
) -> Any:
    request = Request(
        action, model, arguments, selections(select or ("id",)), on_invalid=on_invalid
    )
    return await engine.execute(request, tx_id=None)


class TestOrphans:
    @pytest.fixture
    async def engine(self, engine_for: EngineFor) -> MongoEngine:
        """Ticket 1 has three comments; the author of comment 2 does not exist."""
        engine = await engine_for(SCHEMA)
        await ask(engine, "createOne", "Author", data={"id": 1, "name": "ada"})
        await ask(engine, "createOne", "Ticket", data={"id": 1})
        for number, author in ((1, 1), (2, 77), (3, 1)):
            data = {"id": number, "authorId": author, "ticketId": 1}
            await ask(engine, "createOne", "Comment", data=data)
        return engine

    async def test_the_error_names_model_id_and_relation(self, engine: MongoEngine) -> None:
        for asked in (
            ask(engine, "findMany", "Comment", "id", selected("author")),
            ask(engine, "findMany", "Ticket", selected("comments", selected("author"))),
        ):
            error = await refused(asked)
            assert error.code == "P2032"
            assert error.meta == {"model": "Comment", "field": "author", "found": "null", "id": "2"}
            assert "Comment.author of the record with id `2`" in str(error)

    async def test_the_rest_is_served_and_reported(
        self, engine: MongoEngine, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.WARNING, "prismongo.records"):
            answer = await read(engine, "findMany", "Comment", "id", selected("author", "name"))
        assert answer == [{"id": number, "author": {"name": "ada"}} for number in (1, 3)]
        (record,) = caplog.records
        facts = {"model": "Comment", "field": "author", "found": "null", "id": "2"}
        assert record.__dict__["records"] == [{**facts, "code": "P2032"}]
        assert "Comment.findMany left out 1 record" in record.getMessage()
        metrics = await engine.metrics(format="json", global_labels=None)
        counted = {each["key"]: each["value"] for each in metrics["counters"]}
        assert counted["prismongo_records_skipped_total"] == 1

    @pytest.mark.parametrize(
        "action", ["findMany", "findFirst", "findUnique", "findFirstOrThrow", "findUniqueOrThrow"]
    )
    @pytest.mark.parametrize("page", [{}, {"take": 3, "orderBy": {"id": "desc"}}], ids=str)
    async def test_included_lists_lack_it(
        self, engine: MongoEngine, action: Action, page: Any
    ) -> None:
        where: Any = {"where": {"id": 1}}
        comments = selected("comments", "id", selected("author"), **page)
        answer = await read(engine, action, "Ticket", comments, **where)
        ticket = answer[0] if action == "findMany" else answer
        numbers = [comment["id"] for comment in ticket["comments"]]
        assert numbers == ([3, 1] if page else [1, 3])

    async def test_deeper_lists_and_records_between(self, engine: MongoEngine) -> None:
        inner = selected("comments", "id", selected("author", "name"))
        between = selected("ticket", "id", inner)
        answer = await read(engine, "findMany", "Comment", "id", between)
        assert [comment["id"] for comment in answer] == [1, 2, 3]
        for comment in answer:
            assert [each["id"] for each in comment["ticket"]["comments"]] == [1, 3]

    @pytest.mark.parametrize("action", ["findFirst", "findUnique"])
    async def test_a_single_record_is_not_left_out(
        self, engine: MongoEngine, action: Action
    ) -> None:
        with pytest.raises(DataError) as caught:
            await read(engine, action, "Comment", selected("author"), where={"id": 2})
        assert caught.value.code == "P2032"

    async def test_a_page_is_shorter(self, engine: MongoEngine) -> None:
        asked: Any = {"take": 2, "orderBy": {"id": "asc"}}
        answer = await read(engine, "findMany", "Comment", "id", selected("author"), **asked)
        assert [comment["id"] for comment in answer] == [1]

    async def test_other_errors_stay_errors(self, engine: MongoEngine) -> None:
        with pytest.raises(DataError) as caught:
            await read(engine, "findMany", "Comment", "nothing")
        assert caught.value.code == "P2009"


class TestEveryType:
    @pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
    async def test_in_every_field(self, engine: MongoEngine, raw: Any, value: Any) -> None:
        """What one read refuses, a read that skips leaves out, and nothing else."""
        names = (*FIELDS.split(), *COMPOSITES)
        raw["Row"].insert_many([{"_id": 0}, {"_id": -1}])
        raw["Row"].insert_many([{"_id": n, name: value} for n, name in enumerate(names, 1)])
        composites = [selected(name, "size") for name in COMPOSITES]
        select: Selections = (f"id {FIELDS}", *composites)
        refused_ids = set()
        for number, name in enumerate(names, 1):
            asked = ask(engine, "findMany", "Row", *select, where={"id": number})
            if (error := await error_of(asked)) is not None:
                assert error.code in ("P2023", "P2032")
                assert (error.meta["model"].split(".")[0], error.meta["id"]) == ("Row", str(number))
                assert name in f"{error.meta['model']}.{error.meta['field']}"
                assert str(error).isprintable()
                refused_ids.add(number)
        found = await read(engine, "findMany", "Row", *select)
        expected = {0, -1, *range(1, len(names) + 1)} - refused_ids
        assert {row["id"] for row in found} == expected
        if refused_ids:
            error = await refused(ask(engine, "findMany", "Row", *select))
            assert int(error.meta["id"]) in refused_ids

    @pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
    async def test_as_a_key(self, engine: MongoEngine, raw: Any, value: Any) -> None:
        raw["Author"].insert_one({"_id": 1, "name": "ada"})
        raw["Ticket"].insert_many(
            [{"_id": 1, "tagIds": [5]}, {"_id": 2, "tagIds": value}, {"_id": 3, "tagIds": [value]}]
        )
        raw["Tag"].insert_many([{"_id": 5, "ticketIds": [1]}, {"_id": 6, "ticketIds": value}])
        good = {"ticketId": 1, "authorId": 1}
        raw["Comment"].insert_many(
            [
                {"_id": 1, **good},
                {"_id": 2, **good, "ticketId": value},
                {"_id": 3, **good, "authorId": value},
                {"_id": 4, **good, "authorId": [1], "ticketId": [1, {}]},
            ]
        )
        for model, select in (
            ("Comment", (selected("author"), selected("ticket"))),
            ("Ticket", (selected("comments"), selected("tags"))),
            ("Ticket", (selected("comments", take=5),)),
            ("Author", (selected("comments", selected("ticket")),)),
            ("Tag", (selected("tickets"),)),
        ):
            answer = await read(engine, "findMany", model, "id", *select)
            assert answer[0]["id"] in (1, 5)
            asked = ask(engine, "findMany", model, "id", *select)
            if (error := await error_of(asked)) is not None:
                assert error.code in ("P2023", "P2032")
                assert {"model", "id", "field"} <= error.meta.keys()
            else:
                assert answer == await ask(engine, "findMany", model, "id", *select)

    async def test_deep_and_large(self, engine: MongoEngine, raw: Any) -> None:
        deep: Any = [0]
        for _ in range(60):
            deep = [{"a": deep}]
        large = "x" * (15 * 2**20)
        raw["Row"].insert_many([{"_id": 1, "data": deep}, {"_id": 2, "text": [large]}, {"_id": 3}])
        answer = await read(engine, "findMany", "Row", "id text data")
        assert [row["id"] for row in answer] == [1, 3]
        error = await refused(ask(engine, "findMany", "Row", "id text data"))
        assert (error.code, error.meta["id"]) == ("P2023", "2")
        assert len(str(error)) < 500

    async def test_an_id_that_no_message_can_hold(self, engine: MongoEngine, raw: Any) -> None:
        raw["Row"].insert_one({"_id": "\0\x1b[2J" + "x" * 2000, "text": 1})
        error = await refused(ask(engine, "findMany", "Row", "text"))
        assert (str(error).isprintable(), len(str(error)) < 500) == (True, True)
        assert len(error.meta["id"]) < 100


INNER: Final = bytes(document((b"\x02", b"size", BAD)).raw)


@pytest.mark.mongo_only("memory holds values, and no bytes")
class TestBytes:
    @pytest.mark.parametrize(
        ("element", "field"),
        [
            ((b"\x02", b"text", BAD), "text"),
            ((b"\x0e", b"text", BAD), "text"),
            ((b"\x02", b"must", BAD), "must"),
            ((b"\x03", b"data", INNER), "data"),
            ((b"\x04", b"tags", bytes(document((b"\x02", b"0", BAD)).raw)), "tags"),
            ((b"\x03", b"box", INNER), "box"),
        ],
        ids=str,
    )
    async def test_text_that_is_not_utf8(
        self, engine: MongoEngine, raw: Any, element: Any, field: str
    ) -> None:
        raw["Row"].insert_many([{"_id": 1}, {"_id": 3}])
        raw["Row"].insert_one(numbered(2, element))
        composites = [selected(name, "size") for name in COMPOSITES]
        select: Selections = (f"id {FIELDS}", *composites)
        pages: Any = ({}, {"take": 5, "orderBy": {"text": "asc"}}, {"where": {"id": 2}})
        for arguments in pages:
            error = await refused(ask(engine, "findMany", "Row", *select, **arguments))
            assert error.code == "P2023"
            assert (error.meta["model"], error.meta["field"], error.meta["id"]) == (
                "Row",
                field,
                "2",
            )
            assert str(error).isprintable()
        for take in (None, 2, 3):
            page: Any = {} if take is None else {"take": take, "orderBy": {"text": "asc"}}
            answer = await read(engine, "findMany", "Row", *select, **page)
            assert {row["id"] for row in answer} <= {1, 3}
            assert len(answer) == 2 or take == 2
        assert await ask(engine, "findMany", "Row", where={"id": 2}) == [{"id": 2}]

    async def test_of_included_records(self, engine: MongoEngine, raw: Any) -> None:
        raw["Ticket"].insert_one({"_id": 1, "tagIds": []})
        raw["Author"].insert_one({"_id": 1, "name": "ada"})
        raw["Author"].insert_one(numbered(2, (b"\x02", b"name", BAD)))
        key, owner = (b"\x10", b"ticketId", b"\1\0\0\0"), (b"\x10", b"authorId", b"\1\0\0\0")
        other = (b"\x10", b"authorId", b"\2\0\0\0")
        for each in (
            numbered(1, key, owner),
            numbered(2, key, owner, (b"\x02", b"text", BAD)),
            numbered(3, key, other),
        ):
            raw["Comment"].insert_one(each)
        inner = selected("author", "name")
        for page in ({}, {"take": 5}):
            comments = selected("comments", "id text", inner, **page)
            answer = await read(engine, "findMany", "Ticket", comments)
            assert [each["id"] for each in answer[0]["comments"]] == [1]
            error = await refused(ask(engine, "findMany", "Ticket", comments))
            assert (error.code, error.meta["id"]) == ("P2023", "2")
        answer = await read(engine, "findMany", "Comment", "id", inner)
        assert [each["id"] for each in answer] == [1, 2]

    async def test_names_that_stand_twice(self, engine: MongoEngine, raw: Any) -> None:
        twice = [(b"\x02", b"text", text_of(each)) for each in (b"a", b"b")]
        raw["Row"].insert_one(numbered(1, *twice))
        (answer,) = await ask(engine, "findMany", "Row", "text")  # the server and the driver differ
        assert answer["text"] in ("a", "b")
        raw["Row"].insert_one(numbered(2, (b"\x10", b"text", b"\1\0\0\0"), twice[0]))
        error = await error_of(ask(engine, "findMany", "Row", "text", where={"id": 2}))
        assert error is None or (error.code, error.meta["id"]) == ("P2023", "2")

    async def test_an_update_says_so(self, engine: MongoEngine, raw: Any) -> None:
        raw["Row"].insert_one(numbered(1, (b"\x02", b"text", BAD)))
        asked = ask(engine, "updateOne", "Row", "text", where={"id": 1}, data={"whole": 1})
        error = await refused(asked)
        assert error.code == "P2023"
        assert "Row holds a text that is not UTF-8" in str(error)
        data = {"text": "good"}
        answer = await ask(engine, "updateOne", "Row", "text", where={"id": 1}, data=data)
        assert answer == data


@pytest.mark.parametrize("stored", [1, "a", {"a": 1}, ["a"]])
async def test_a_group_of_what_is_no_list_is_refused(
    engine: MongoEngine, raw: Any, stored: Any
) -> None:
    raw["Ticket"].insert_one({"_id": 1, "tagIds": stored})
    error = await refused(ask(engine, "groupBy", "Ticket", "tagIds", by=["tagIds"]))
    assert error.code == "P2023"
    assert error.meta["field"] == "tagIds"
