"""Filters whose meaning or refusal follows Prisma's engine where another would be as natural."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from prisma.errors import DataError, InputError, MissingRequiredValueError
from prisma.fields import Json
from pymongo.database import Database

from prismongo.engine import MongoEngine
from prismongo.query.nodes.requests import Request, Selection
from tests.behaviour.asking import refused

EngineFor = Callable[[str], Awaitable[MongoEngine]]

SCHEMA = """
model Word {
  id    Int    @id @map("_id")
  text  String
  facts Json?
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


async def words(engine: MongoEngine, where: str) -> list[str]:
    query = f"{{ findManyWord(where: {{text: {{{where}}}}} orderBy: {{id: asc}}) {{ text }} }}"
    answer = await engine.query(json.dumps({"query": query}), tx_id=None)
    return [row["text"] for row in answer["data"]["findManyWord"]]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ('equals: "BEE", mode: insensitive', ["Bee", "bee"]),
        ('lt: "bee", mode: insensitive', ["ant", "Ant"]),
        ('gte: "BEE", mode: insensitive', ["Bee", "bee", "cat", "éte"]),
        ('not: {gt: "ant"}, mode: insensitive', ["ant", "Ant"]),
    ],
)
async def test_the_order_of_texts_may_ignore_case(
    engine: MongoEngine, where: str, found: list[str]
) -> None:
    assert await words(engine, where) == found


class TestJson:
    @pytest.mark.parametrize(
        ("where", "code"),
        [
            (r'facts: "{\"a\": 1}"', "P2009"),
            ("facts: null", "P2012"),
            ("AND: [{facts: null}]", "P2009"),
            ('facts: {not: {equals: "1"}}', "P2009"),
            ("facts: {not: {equals: null}}", "P2009"),
        ],
    )
    async def test_only_behind_an_operator(
        self, engine: MongoEngine, where: str, code: str
    ) -> None:
        query = f"{{ findManyWord(where: {{{where}}}) {{ id }} }}"
        with pytest.raises(DataError) as caught:
            await engine.query(json.dumps({"query": query}), tx_id=None)
        assert caught.value.code == code

    async def test_the_clients_wrapper_needs_none(
        self, engine: MongoEngine, raw: Database[dict[str, Any]]
    ) -> None:
        raw["Word"].update_one({"_id": 2}, {"$set": {"facts": {"legs": 6}}})
        facts: dict[str, Any] = {"legs": 6}
        for where in (Json(facts), {"equals": Json(facts)}):
            request = Request("findMany", "Word", {"where": {"facts": where}}, (Selection("text"),))
            assert await engine.execute(request, tx_id=None) == [{"text": "ant"}]

    async def test_nothing_is_a_missing_value(self, engine: MongoEngine) -> None:
        request = Request("findMany", "Word", {"where": {"facts": None}}, (Selection("id"),))
        with pytest.raises(MissingRequiredValueError):
            await engine.execute(request, tx_id=None)


class TestReferences:
    """The messages are Prisma's."""

    @pytest.mark.parametrize(
        ("where", "words"),
        [
            (
                'text: {equals: {_ref: "txt" _container: "Word"}}',
                "The referenced scalar field Word.txt does not exist.",
            ),
            (
                'text: {equals: {_ref: "id" _container: "Page"}}',
                "Expected a referenced scalar field of model Word, but found a field of model "
                "Page.",
            ),
            (
                'text: {equals: {_ref: "page" _container: "Word"}}',
                "Expected a referenced scalar field Word.page but found a relation field.",
            ),
            (
                'text: {startsWith: {_ref: "id" _container: "Word"}}',
                "Expected a referenced scalar field of type String but found Word.id of type Int.",
            ),
            (
                'text: {in: {_ref: "text" _container: "Word"}}',
                "Expected a referenced scalar field of type String[] but found Word.text of type "
                "String.",
            ),
        ],
    )
    async def test_to_what_cannot_be_compared(
        self, engine: MongoEngine, where: str, words: str
    ) -> None:
        error = await refused(engine, f"{{ findManyWord(where: {{{where}}}) {{ id }} }}")
        assert error.code == "P2019"
        assert words in str(error)

    async def test_to_what_is_not_grouped_by(self, engine: MongoEngine) -> None:
        having = '{id: {_count: {equals: {_ref: "pageId" _container: "Word"}}}}'
        error = await refused(engine, f"{{ groupByWord(by: [id] having: {having}) {{ id }} }}")
        assert error.code == "P2019"
        assert "Missing fields: pageId" in str(error)


class TestGroups:
    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ("{ groupByWord(by: []) { text } }", "At least one selection is required"),
            ("{ groupByWord(by: [id]) { text } }", "must be included in the by-arguments"),
            (
                "{ groupByWord(by: [id], orderBy: {text: asc}) { id } }",
                "Every field used for orderBy",
            ),
            (
                '{ groupByWord(by: [id], having: {text: {not: "a"}}) { id } }',
                "Every field used in `having` filters",
            ),
        ],
    )
    async def test_what_is_not_grouped_by(
        self, engine: MongoEngine, query: str, words: str
    ) -> None:
        with pytest.raises(InputError, match=words) as caught:
            await engine.query(json.dumps({"query": query}), tx_id=None)
        assert caught.value.code == "P2019"


@pytest.mark.parametrize(
    "query",
    [
        "{ findManyWord }",
        "mutation { deleteManyWord }",
        "mutation { deleteManyWord { id } }",
        "{ findManyWord { text { length } } }",
        "{ findManyWord { text(max: 3) } }",
        "{ findManyPage { words } }",
        "{ findManyPage { _count } }",
        "{ aggregateWord { _min } }",
        "{ groupByWord(by: [text]) { _max } }",
    ],
)
async def test_selections_that_do_not_fit(engine: MongoEngine, query: str) -> None:
    with pytest.raises(DataError) as caught:
        await engine.query(json.dumps({"query": query}), tx_id=None)
    assert caught.value.code == "P2009"


async def test_a_float_stays_a_float(engine_for: EngineFor) -> None:
    engine = await engine_for('model Scale {\n id Int @id @map("_id")\n weight Float\n}')
    query = "mutation { createOneScale(data: {id: 1, weight: 3}) { id weight } }"
    answer = await engine.query(json.dumps({"query": query}), tx_id=None)
    assert json.dumps(answer["data"]["createOneScale"]) == '{"id": 1, "weight": 3.0}'
    query = "{ aggregateScale { _sum { id weight } _avg { id } } }"
    answer = await engine.query(json.dumps({"query": query}), tx_id=None)
    assert json.dumps(answer["data"]["aggregateScale"]) == (
        '{"_sum": {"id": 1, "weight": 3.0}, "_avg": {"id": 1.0}}'
    )
