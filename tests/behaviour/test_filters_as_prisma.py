"""Filters whose meaning or refusal follows Prisma's engine where another would be as natural."""

from __future__ import annotations

import json
from typing import Any

import pytest
from prisma.errors import InputError, MissingRequiredValueError
from prisma.fields import Json
from pymongo.database import Database

from prismongo.engine import MongoEngine
from prismongo.query.nodes.requests import FieldReference, Request, Selection
from tests.behaviour.asking import ask, refused, selected
from tests.engines import EngineFor

SCHEMA = """
model Word {
  id    Int    @id @map("_id")
  text  String
  facts Json?
  must  Json   @default("1")
  pageId Int?
  page   Page? @relation(fields: [pageId], references: [id])
}

model Page {
  id    Int    @id @map("_id")
  words Word[]
}
"""


@pytest.fixture
async def engine(engine_for: EngineFor, raw: Database[dict[str, Any]]) -> MongoEngine:
    words = ["Bee", "bee", "ant", "Ant", "cat", "éte"]
    raw["Word"].insert_many([{"_id": number, "text": text} for number, text in enumerate(words)])
    return await engine_for(SCHEMA)


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({"equals": "BEE"}, ["Bee", "bee"]),
        ({"lt": "bee"}, ["ant", "Ant"]),
        ({"gte": "BEE"}, ["Bee", "bee", "cat", "éte"]),
        ({"not": {"gt": "ant"}}, ["ant", "Ant"]),
    ],
)
async def test_the_order_of_texts_may_ignore_case(
    engine: MongoEngine, where: Any, found: list[str]
) -> None:
    where = {"text": {**where, "mode": "insensitive"}}
    words = await ask(engine, "findMany", "Word", "text", where=where, orderBy={"id": "asc"})
    assert [word["text"] for word in words] == found


class TestJson:
    @pytest.mark.parametrize(
        ("where", "code"),
        [
            ({"facts": '{"a": 1}'}, "P2009"),
            ({"facts": {"legs": 6}}, "P2009"),
            ({"must": None}, "P2012"),
            ({"AND": [{"must": None}]}, "P2009"),
            ({"must": {"equals": None}}, "P2009"),
            ({"must": {"not": None}}, "P2009"),
            ({"facts": {"not": {"equals": Json(1)}}}, "P2009"),
            ({"facts": {"not": {"equals": None}}}, "P2009"),
        ],
    )
    async def test_only_behind_an_operator(
        self, engine: MongoEngine, where: Any, code: str
    ) -> None:
        error = await refused(ask(engine, "findMany", "Word", where=where))
        assert error.code == code

    async def test_the_clients_wrapper_needs_none(
        self, engine: MongoEngine, raw: Database[dict[str, Any]]
    ) -> None:
        raw["Word"].update_one({"_id": 2}, {"$set": {"facts": {"legs": 6}}})
        facts: dict[str, Any] = {"legs": 6}
        for where in (Json(facts), {"equals": Json(facts)}):
            words = await ask(engine, "findMany", "Word", "text", where={"facts": where})
            assert words == [{"text": "ant"}]

    async def test_nothing_is_a_missing_value(self, engine: MongoEngine) -> None:
        error = await refused(ask(engine, "findMany", "Word", where={"must": None}))
        assert isinstance(error, MissingRequiredValueError)

    @pytest.mark.parametrize(
        ("where", "found"),
        [
            ({"facts": None}, [1]),
            ({"facts": {"equals": None}}, [1]),
            ({"facts": Json(None)}, [1]),
            ({"facts": {"not": None}}, [2, 3, 4]),
            ({"NOT": {"facts": None}}, [2, 3, 4]),
            ({"NOT": {"facts": {"not": None}}}, [1]),
            ({"facts": {"not": Json(None)}}, [2, 3, 4]),
            ({"OR": [{"facts": None}, {"facts": {"isSet": False}}]}, [0, 1, 5]),
            ({"AND": [{"facts": {"isSet": True}}, {"facts": {"not": None}}]}, [2, 3, 4]),
        ],
    )
    async def test_null_of_an_optional_field(
        self, engine: MongoEngine, raw: Database[dict[str, Any]], where: Any, found: list[int]
    ) -> None:
        """Neither what is missing is null, nor a list that holds null."""
        for number, facts in ((1, None), (2, {"legs": None}), (3, [None]), (4, False)):
            raw["Word"].update_one({"_id": number}, {"$set": {"facts": facts}})
        words = await ask(engine, "findMany", "Word", where=where, orderBy={"id": "asc"})
        assert [word["id"] for word in words] == found


class TestReferences:
    """The messages are Prisma's."""

    @pytest.mark.parametrize(
        ("where", "words"),
        [
            (
                {"equals": FieldReference("txt", "Word")},
                "The referenced scalar field Word.txt does not exist.",
            ),
            (
                {"equals": FieldReference("id", "Page")},
                "Expected a referenced scalar field of model Word, but found a field of model "
                "Page.",
            ),
            (
                {"equals": FieldReference("page", "Word")},
                "Expected a referenced scalar field Word.page but found a relation field.",
            ),
            (
                {"startsWith": FieldReference("id", "Word")},
                "Expected a referenced scalar field of type String but found Word.id of type Int.",
            ),
            (
                {"in": FieldReference("text", "Word")},
                "Expected a referenced scalar field of type String[] but found Word.text of type "
                "String.",
            ),
        ],
    )
    async def test_to_what_cannot_be_compared(
        self, engine: MongoEngine, where: Any, words: str
    ) -> None:
        error = await refused(ask(engine, "findMany", "Word", where={"text": where}))
        assert error.code == "P2019"
        assert words in str(error)

    async def test_to_what_is_not_grouped_by(self, engine: MongoEngine) -> None:
        having: Any = {"id": {"_count": {"equals": FieldReference("pageId", "Word")}}}
        error = await refused(ask(engine, "groupBy", "Word", by=["id"], having=having))
        assert error.code == "P2019"
        assert "Missing fields: pageId" in str(error)


class TestGroups:
    @pytest.mark.parametrize(
        ("select", "arguments", "words"),
        [
            ("text", {"by": []}, "At least one selection is required"),
            ("text", {"by": ["id"]}, "must be included in the by-arguments"),
            ("id", {"by": ["id"], "orderBy": {"text": "asc"}}, "Every field used for orderBy"),
            (
                "id",
                {"by": ["id"], "having": {"text": {"not": "a"}}},
                "Every field used in `having` filters",
            ),
        ],
    )
    async def test_what_is_not_grouped_by(
        self, engine: MongoEngine, select: str, arguments: Any, words: str
    ) -> None:
        with pytest.raises(InputError, match=words) as caught:
            await ask(engine, "groupBy", "Word", select, **arguments)
        assert caught.value.code == "P2019"


@pytest.mark.parametrize(
    "asked",
    [
        Request("deleteMany", "Word", {}, (Selection("id"),)),
        Request("findMany", "Word", {}, (selected("text", "length"),)),
        Request("findMany", "Word", {}, (Selection("text", {"max": 3}),)),
        Request("findMany", "Page", {}, (Selection("words"),)),
        Request("findMany", "Page", {}, (Selection("_count"),)),
        Request("aggregate", "Word", {}, (Selection("_min"),)),
        Request("groupBy", "Word", {"by": ["text"]}, (Selection("_max"),)),
    ],
    ids=str,
)
async def test_selections_that_do_not_fit(engine: MongoEngine, asked: Request) -> None:
    error = await refused(engine.execute(asked, tx_id=None))
    assert error.code == "P2009"


async def test_a_float_stays_a_float(engine_for: EngineFor) -> None:
    engine = await engine_for('model Scale {\n id Int @id @map("_id")\n weight Float\n}')
    answer = await ask(engine, "createOne", "Scale", "id weight", data={"id": 1, "weight": 3})
    assert json.dumps(answer) == '{"id": 1, "weight": 3.0}'
    sums = selected("_sum", "id weight"), selected("_avg", "id")
    answer = await ask(engine, "aggregate", "Scale", *sums)
    assert json.dumps(answer) == '{"_sum": {"id": 1, "weight": 3.0}, "_avg": {"id": 1.0}}'
